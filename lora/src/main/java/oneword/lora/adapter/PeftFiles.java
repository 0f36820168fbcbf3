package oneword.lora.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import oneword.lora.LoraException;
import oneword.lora.checkpoint.DType;
import oneword.lora.checkpoint.SafetensorsFile;
import oneword.lora.checkpoint.SafetensorsWriter;
import oneword.lora.checkpoint.TensorData;
import oneword.lora.checkpoint.TensorInfo;

/**
 * An adapter as the two files that PEFT reads and writes: {@code adapter_config.json} and
 * {@code adapter_model.safetensors}.
 *
 * <p>Keys are written for an adapter over the causal language model,
 * {@code base_model.model.model.decoder.layers.N.self_attn.q_proj.lora_A.weight}; those over the bare decoder, with
 * one {@code model.} less, are read too. PEFT loads nothing and says nothing where keys do not match; here every
 * tensor must have its place.
 */
public final class PeftFiles {

    /** Name of the configuration file. */
    public static final String CONFIG = PeftConfig.FILE;
    /** Name of the weight file. */
    public static final String WEIGHTS = "adapter_model.safetensors";

    /** What every key begins with. */
    static final String PREFIX = "base_model.model.";

    private PeftFiles() {}

    /**
     * Gives the text of {@code adapter_config.json}.
     *
     * @param config rank, scale and targets
     * @param baseModel what {@code base_model_name_or_path} shall say
     */
    public static byte[] config(LoraConfig config, String baseModel) {
        return PeftConfig.write(config, baseModel);
    }

    /**
     * Writes {@code adapter_model.safetensors}.
     *
     * @param adapter the matrices
     * @param layout what stands between {@code base_model.model.} and a module's path, such as {@code model.decoder.}
     * @param out receives the file
     */
    public static void writeWeights(LoraAdapter adapter, String layout, WritableByteChannel out) throws IOException {
        List<TensorData> tensors = new ArrayList<>();
        for (Parameter parameter : adapter.parameters()) {
            tensors.add(TensorData.of(PREFIX + layout + parameter.getName(), DType.F32, parameter.getShape().getShape(),
                () -> parameter.getArray().toByteBuffer()));
        }
        SafetensorsWriter.write(out, Map.of("format", "pt"), tensors);
    }

    /**
     * Reads an adapter.
     *
     * @param manager owns the matrices
     * @param folder holds both files
     * @param dropout of the adapter while training
     * @param layouts what may stand between {@code base_model.model.} and a module's path
     * @param modules every linear map of the decoder
     * @throws LoraException where a tensor has no place, a matrix lacks its partner or a shape does not fit
     */
    public static LoraAdapter read(
        NDManager manager, Path folder, double dropout, List<String> layouts, List<TargetModule> modules) {
        Path file = folder.resolve(WEIGHTS);
        PeftConfig.read(folder, dropout, List.of());
        try (SafetensorsFile weights = SafetensorsFile.open(file)) {
            String layout = layout(file, weights.names(), layouts);
            Set<String> targets = new LinkedHashSet<>();
            Set<String> unplaced = new TreeSet<>(weights.names());
            for (TargetModule module : modules) {
                String key = PREFIX + layout + module.path();
                boolean a = unplaced.remove(key + ".lora_A.weight");
                boolean b = unplaced.remove(key + ".lora_B.weight");
                if (a != b) {
                    throw new LoraException(file + ": " + key + ": holds lora_" + (a ? "A" : "B") + " without lora_"
                        + (a ? "B" : "A"));
                }
                if (a) {
                    targets.add(module.name());
                }
            }
            if (!unplaced.isEmpty()) {
                throw new LoraException(file + ": " + unplaced.size() + " tensors have no place in this model, first "
                    + unplaced.iterator().next() + ". Was the adapter made for another base model?");
            }
            LoraConfig config = PeftConfig.read(folder, dropout, List.copyOf(targets));
            return LoraAdapter.create(manager, config, modules, name ->
                (owner, shape, type) -> matrix(owner, weights, file, PREFIX + layout + name, shape));
        }
    }

    /**
     * Reads which model an adapter was made for.
     *
     * @param folder of the adapter
     * @return {@code base_model_name_or_path}
     */
    public static String baseModel(Path folder) {
        return PeftConfig.baseModel(folder);
    }

    private static String layout(Path file, Set<String> names, List<String> layouts) {
        for (String layout : layouts) {
            if (names.stream().anyMatch(name -> name.startsWith(PREFIX + layout))) {
                return layout;
            }
        }
        throw new LoraException(file + ": no tensor's name begins with " + PREFIX + layouts.get(0)
            + "; they begin with " + names.stream().limit(3).toList()
            + ". Was the adapter made for another base model?");
    }

    /** Reads one matrix as fp32; refuses a missing one, another shape and another type by name. */
    static NDArray matrix(NDManager owner, SafetensorsFile weights, Path file, String key, Shape shape) {
        if (!weights.names().contains(key)) {
            throw new LoraException(file + ": lacks " + key + ", which its other layers have");
        }
        TensorInfo info = weights.info(key);
        if (!Arrays.equals(info.shape(), shape.getShape())) {
            throw new LoraException(file + ": " + key + ": shape " + Arrays.toString(info.shape())
                + ", but the model and " + CONFIG + " call for " + shape);
        }
        ByteBuffer bytes = weights.map(key);
        return switch (info.dtype()) {
            case F32 -> owner.create(floats(bytes, shape), shape);
            case BF16 -> owner.create(bfloat16(bytes, shape), shape);
            case F16 -> half(owner, bytes, shape);
            default -> throw new LoraException(file + ": " + key + ": type " + info.dtype()
                + " is not supported; F32, F16 and BF16 are");
        };
    }

    private static float[] floats(ByteBuffer bytes, Shape shape) {
        float[] values = new float[Math.toIntExact(shape.size())];
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private static float[] bfloat16(ByteBuffer bytes, Shape shape) {
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
        }
        return values;
    }

    private static NDArray half(NDManager owner, ByteBuffer bytes, Shape shape) {
        try (NDArray mapped = owner.create(bytes, shape, DataType.FLOAT16)) {
            return mapped.toType(DataType.FLOAT32, true);
        }
    }
}
