package oneword.lora.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import oneword.lora.LoraException;
import oneword.lora.checkpoint.DType;
import oneword.lora.checkpoint.TensorInfo;
import oneword.lora.checkpoint.WeightSource;
import oneword.lora.kernel.Kernels;
import oneword.lora.kernel.Torch;

/**
 * Brings named tensors from files into the compute type, checked against the shape that the configuration demands.
 *
 * <p>A tensor is read into memory of libtorch's, which is let go of as soon as it is converted: nothing of the files
 * stays in memory, mapped or not, and on the way no more than one tensor of them is there.
 */
final class WeightLoader implements AutoCloseable {

    private final WeightSource source;
    private final NDManager owner;
    private final Kernels kernels;
    private final String prefix;

    /**
     * Loads a decoder, or its head, into a manager of its own, which is closed where that fails.
     *
     * @param source the files
     * @param precision compute type
     * @param device where the weights live
     * @param anchor name, without prefix, of a tensor that every file of the family has
     * @param prefixes what may stand before the names, tried in order
     * @param taker takes the loader, and over its {@link #owner} the manager
     */
    static <T> T load(WeightSource source, Precision precision, Device device, String anchor, List<String> prefixes,
        Function<WeightLoader, T> taker) {
        NDManager manager = Torch.newManager(device);
        boolean loaded = false;
        try (WeightLoader loader = new WeightLoader(source, manager, precision, anchor, prefixes)) {
            T result = taker.apply(loader);
            loaded = true;
            return result;
        } finally {
            if (!loaded) {
                manager.close();
            }
        }
    }

    /**
     * Prepares loading.
     *
     * @param source the files
     * @param owner manager that will own the weights
     * @param precision compute type
     * @param anchor name, without prefix, of a tensor that every file of the family has
     * @param prefixes what may stand before the names, tried in order
     */
    WeightLoader(
        WeightSource source, NDManager owner, Precision precision, String anchor, List<String> prefixes) {
        this.source = source;
        this.owner = owner;
        this.prefix = prefixes.stream()
            .filter(candidate -> source.names().contains(candidate + anchor))
            .findFirst()
            .orElseThrow(() -> new LoraException("The weights hold no tensor " + prefixes.get(0) + anchor
                + "; they begin with " + source.names().stream().limit(5).toList()
                + ". Is this the model that config.json describes?"));
        this.kernels = Kernels.load(
            Kernels.class, Map.of("compute", precision.scalarType()), owner.getDevice(), "weights.py");
    }

    /** Manager that owns the weights. */
    NDManager owner() {
        return owner;
    }

    /** Loads a tensor of an exact shape. */
    NDArray load(String name, long... shape) {
        String full = prefix + name;
        if (!source.names().contains(full)) {
            throw new LoraException("The weights lack the tensor " + full + ", which config.json calls for");
        }
        TensorInfo info = source.info(full);
        if (!Arrays.equals(info.shape(), shape)) {
            throw new LoraException(source.file(full) + ": " + full + ": shape " + Arrays.toString(info.shape())
                + ", but config.json calls for " + Arrays.toString(shape));
        }
        try (NDManager scope = owner.newSubManager()) {
            NDArray raw = read(scope, info);
            String method = info.dtype() == DType.BF16 ? "convert_bfloat16" : "convert";
            NDArray weight = Torch.withoutGradients(() -> kernels.call(scope, method).with(raw).tensor());
            raw.close();
            boolean finite = Torch.withoutGradients(
                () -> kernels.call(scope, "all_finite").with(weight).tensor().getBoolean());
            if (!finite) {
                throw new LoraException(source.file(full) + ": " + full + ": holds NaN or infinity"
                    + " (in the compute type); the file is damaged, or needs a wider model.precision");
            }
            weight.attach(owner);
            return weight;
        }
    }

    /** The tensor as the file has it, on the owner's device; bf16 under the name of fp16. */
    private NDArray read(NDManager scope, TensorInfo info) {
        if (info.length() > Integer.MAX_VALUE) {
            throw new LoraException(source.file(info.name()) + ": " + info.name() + ": has " + info.length()
                + " bytes; tensors of at most " + Integer.MAX_VALUE + " are supported");
        }
        NDArray raw = scope.create(new Shape(info.shape()), dataType(info), Device.cpu());
        source.read(info.name(), raw.toByteBuffer(true));
        return raw.toDevice(owner.getDevice(), false);
    }

    /** A constant in the compute type, where the configuration says that there is no such weight. */
    NDArray zeros(long... shape) {
        return constant("zeros", shape);
    }

    /** A constant in the compute type, where the configuration says that there is no such weight. */
    NDArray ones(long... shape) {
        return constant("ones", shape);
    }

    private NDArray constant(String method, long... shape) {
        try (NDManager scope = owner.newSubManager()) {
            NDArray like = scope.create(new Shape(shape));
            NDArray constant = Torch.withoutGradients(() -> kernels.call(scope, method).with(like).tensor());
            constant.attach(owner);
            return constant;
        }
    }

    private DataType dataType(TensorInfo info) {
        return switch (info.dtype()) {
            case F64 -> DataType.FLOAT64;
            case F32 -> DataType.FLOAT32;
            case F16, BF16 -> DataType.FLOAT16;
            default -> throw new LoraException(source.file(info.name()) + ": " + info.name() + ": weights of type "
                + info.dtype() + " are not supported; F64, F32, F16 and BF16 are");
        };
    }

    @Override
    public void close() {
        kernels.close();
    }
}
