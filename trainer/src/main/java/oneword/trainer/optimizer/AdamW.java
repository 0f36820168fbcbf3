package oneword.trainer.optimizer;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.optimizer.Optimizer;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import oneword.lora.checkpoint.DType;
import oneword.lora.checkpoint.SafetensorsFile;
import oneword.lora.checkpoint.SafetensorsWriter;
import oneword.lora.checkpoint.TensorData;
import oneword.lora.kernel.Kernels;
import oneword.lora.kernel.Torch;
import oneword.trainer.TrainerException;

/**
 * torch's AdamW (betas 0.9 and 0.999, eps 1e-8, decoupled decay) with torch's clipping by global norm, on all matrices
 * in one native call.
 *
 * <p>DJL's own AdamW puts epsilon elsewhere than torch, clips positive values only, and cannot save its moments; this
 * one holds them as plain fp32 arrays. The gradients' arrays are fetched once and added to by every backward pass.
 */
public final class AdamW extends Optimizer implements AutoCloseable {

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;
    private static final String FIRST = "exp_avg.";
    private static final String SECOND = "exp_avg_sq.";

    private final NDManager manager;
    private final Kernels kernels;
    private final List<Parameter> parameters;
    private final List<NDArray> values = new ArrayList<>();
    private final List<NDArray> gradients = new ArrayList<>();
    private final List<NDArray> first = new ArrayList<>();
    private final List<NDArray> second = new ArrayList<>();
    private long updates;

    private AdamW(Builder builder, List<Parameter> parameters, NDManager parent) {
        super(builder);
        this.parameters = List.copyOf(parameters);
        this.manager = parent.newSubManager();
        this.kernels = Kernels.load(AdamW.class, Map.of("beta1", BETA1, "beta2", BETA2, "epsilon", EPSILON,
            "weight_decay", builder.decay), parent.getDevice(), "adamw.py");
        for (Parameter parameter : parameters) {
            values.add(parameter.getArray());
            first.add(manager.zeros(parameter.getShape()));
            second.add(manager.zeros(parameter.getShape()));
        }
        attachGradients();
    }

    private static final class Builder extends OptimizerBuilder<Builder> {

        private final double decay;

        private Builder(double decay) {
            this.decay = decay;
            optWeightDecays((float) decay);
        }

        @Override
        protected Builder self() {
            return this;
        }
    }

    /**
     * Creates the optimiser with zero moments.
     *
     * @param parameters fp32 matrices that require gradients
     * @param weightDecay fraction of learning rate times value taken off at each update
     * @param parent its moments live as long as this manager, or until {@link #close}
     */
    public static AdamW create(List<Parameter> parameters, double weightDecay, NDManager parent) {
        return new AdamW(new Builder(weightDecay), parameters, parent);
    }

    private void attachGradients() {
        try (NDManager scope = manager.newSubManager()) {
            NDArray zero = Torch.withGradients(() -> kernels.call(scope, "touch").list("p", values).tensor());
            Torch.backward(zero, scope.create(1f));
        }
        for (NDArray value : values) {
            NDArray gradient = value.getGradient();
            gradient.attach(manager);
            gradients.add(gradient);
        }
    }

    /** Global L2 norm of the gradients. */
    public double gradientNorm() {
        try (NDManager scope = manager.newSubManager()) {
            return Torch.withoutGradients(
                () -> kernels.call(scope, "norm").list("g", gradients).tensor().getFloat());
        }
    }

    /**
     * Clips the gradients to a global norm, as torch.nn.utils.clip_grad_norm_ does.
     *
     * @param norm what {@link #gradientNorm} gave
     * @param most the norm that they may have
     */
    public void clip(double norm, double most) {
        try (NDManager scope = manager.newSubManager()) {
            Torch.withoutGradients(() -> kernels.call(scope, "clip").list("g", gradients)
                .with(scope.create((float) norm)).with(scope.create((float) most)).tensor());
        }
    }

    /** Multiplies all gradients by a factor. */
    public void multiplyGradients(double factor) {
        try (NDManager scope = manager.newSubManager()) {
            Torch.withoutGradients(() -> kernels.call(scope, "multiply").list("g", gradients)
                .with(scope.create((float) factor)).tensor());
        }
    }

    /**
     * Moves every parameter once.
     *
     * @param learningRate of this update
     */
    public void update(double learningRate) {
        updates++;
        try (NDManager scope = manager.newSubManager(); NDManager host = manager.newSubManager(Device.cpu())) {
            Torch.withoutGradients(() -> kernels.call(scope, "update")
                .list("p", values).list("g", gradients).list("m", first).list("v", second)
                .with(scope.create((float) updates)).with(host.create(learningRate)).tensor());
        }
    }

    /** Sets all gradients to zero. */
    public void zeroGradients() {
        try (NDManager scope = manager.newSubManager()) {
            Torch.withoutGradients(() -> kernels.call(scope, "zero").list("g", gradients).tensor());
        }
    }

    /** Not supported: the matrices are updated together, by {@link #update(double)}. */
    @Override
    public void update(String parameterId, NDArray weight, NDArray grad) {
        throw new IllegalStateException("The adapter's matrices are updated together: call update(learningRate)");
    }

    /** Updates made so far. */
    public long updates() {
        return updates;
    }

    /** Writes both moments of every matrix as safetensors, {@code exp_avg.NAME} and {@code exp_avg_sq.NAME}. */
    public void write(WritableByteChannel out) throws IOException {
        List<TensorData> tensors = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            tensors.add(tensor(FIRST + parameters.get(i).getName(), first.get(i)));
            tensors.add(tensor(SECOND + parameters.get(i).getName(), second.get(i)));
        }
        SafetensorsWriter.write(out, Map.of("updates", Long.toString(updates)), tensors);
    }

    private static TensorData tensor(String name, NDArray array) {
        return TensorData.of(name, DType.F32, array.getShape().getShape(), () -> array.toByteBuffer());
    }

    /**
     * Takes the moments back from a file that {@link #write} made.
     *
     * @throws TrainerException where a moment is missing or has another shape
     */
    public void read(Path file) {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            for (int i = 0; i < parameters.size(); i++) {
                restore(file, tensors, FIRST + parameters.get(i).getName(), first.get(i));
                restore(file, tensors, SECOND + parameters.get(i).getName(), second.get(i));
            }
            updates = Long.parseLong(tensors.metadata().get("updates"));
        } catch (NumberFormatException e) {
            throw new TrainerException(file + ": metadata: 'updates' is not a number", e);
        }
    }

    private static void restore(Path file, SafetensorsFile tensors, String name, NDArray array) {
        if (!tensors.names().contains(name)) {
            throw new TrainerException(file + ": lacks " + name + "; the checkpoint belongs to another adapter");
        }
        long[] shape = array.getShape().getShape();
        if (!Arrays.equals(tensors.info(name).shape(), shape)) {
            throw new TrainerException(file + ": " + name + ": shape " + Arrays.toString(tensors.info(name).shape())
                + ", but the adapter calls for " + Arrays.toString(shape));
        }
        float[] values = new float[Math.toIntExact(array.size())];
        tensors.map(name).asFloatBuffer().get(values);
        try (NDArray saved = array.getManager().create(values, array.getShape())) {
            saved.copyTo(array);
        }
    }

    @Override
    public void close() {
        kernels.close();
        manager.close();
    }
}
