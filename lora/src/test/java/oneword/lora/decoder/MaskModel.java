package oneword.lora.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.checkpoint.DType;
import oneword.lora.checkpoint.SafetensorsWriter;
import oneword.lora.checkpoint.TensorData;
import oneword.lora.kernel.Torch;

/**
 * An OPT whose layers show their dropout masks: every weight is zero, so only biases and masks reach the output.
 *
 * <p>With {@link Shows#MODEL} a layer gives 1 after attention and 4 after the feed-forward block, each through its
 * mask; with {@link Shows#ADAPTER} the 16 ones that fc2's adapter, an identity, takes in; with {@link Shows#ATTENTION}
 * the values, all ones, of a row's only token through its attention weight, one mask element a head.
 */
final class MaskModel implements AutoCloseable {

    static final int WIDTH = 16;
    static final int HEADS = 4;
    private static final int LAYERS = 3;
    private static final int POSITIONS = 64;

    /** What the output of a layer consists of. */
    enum Shows { MODEL, ADAPTER, ATTENTION }

    private final Decoder decoder;

    MaskModel(Path folder, Shows shows, double probability) throws IOException {
        Files.writeString(folder.resolve("config.json"), String.format(Locale.ROOT, """
            {"model_type": "opt", "vocab_size": 8, "hidden_size": %d, "ffn_dim": %d, "num_hidden_layers": %d,
             "num_attention_heads": %d, "max_position_embeddings": %d, "_remove_final_layer_norm": true,
             "dropout": %s, "attention_dropout": %s}""", WIDTH, WIDTH, LAYERS, HEADS, POSITIONS,
            shows == Shows.MODEL ? probability : 0, shows == Shows.ATTENTION ? probability : 0));
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of("format", "pt"), tensors(shows));
        decoder = Decoders.load(folder, Decoders.read(folder), Precision.FP32, Device.cpu());
        if (shows == Shows.ADAPTER) {
            decoder.addAdapter(new LoraConfig(WIDTH, WIDTH, probability, List.of("fc2")), 0).parameters()
                .forEach(parameter -> parameter.getArray().set(identity()));
        }
    }

    /** The output [rows, tokens, 16] of a layer but the last, for an input of zeros; seeds may be null. */
    float[] layer(int layer, int rows, int tokens, LayerSeeds seeds) {
        int[] lengths = new int[rows];
        Arrays.fill(lengths, tokens);
        try (NDManager scope = decoder.manager().newSubManager()) {
            TokenBatch batch = TokenBatch.of(scope, new int[rows * tokens], lengths, tokens, false);
            NDArray x = scope.zeros(new Shape(rows * tokens, WIDTH));
            return Torch.withoutGradients(() -> decoder.layer(scope, layer, x, batch, seeds)).toFloatArray();
        }
    }

    private static List<TensorData> tensors(Shows shows) {
        List<TensorData> tensors = new ArrayList<>();
        tensors.add(tensor("embed_tokens.weight", 0, 8, WIDTH));
        tensors.add(tensor("embed_positions.weight", 0, POSITIONS + 2, WIDTH));
        for (int i = 0; i < LAYERS; i++) {
            String layer = "layers." + i + ".";
            for (String norm : List.of("self_attn_layer_norm", "final_layer_norm")) {
                tensors.add(tensor(layer + norm + ".weight", 1, WIDTH));
                tensors.add(tensor(layer + norm + ".bias", 0, WIDTH));
            }
            for (String linear : OptWeights.LINEARS) {
                boolean identity = shows == Shows.ATTENTION && linear.endsWith("out_proj");
                tensors.add(identity ? tensor(layer + linear + ".weight", identity(), WIDTH, WIDTH)
                    : tensor(layer + linear + ".weight", 0, WIDTH, WIDTH));
                tensors.add(tensor(layer + linear + ".bias", bias(shows, linear), WIDTH));
            }
        }
        return tensors;
    }

    private static float bias(Shows shows, String linear) {
        return switch (shows) {
            case MODEL -> linear.endsWith("out_proj") ? 1 : linear.equals("fc2") ? 4 : 0;
            case ADAPTER -> linear.equals("fc1") ? 1 : 0;
            case ATTENTION -> linear.endsWith("v_proj") ? 1 : 0;
        };
    }

    private static TensorData tensor(String name, float value, long... shape) {
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        Arrays.fill(values, value);
        return tensor(name, values, shape);
    }

    private static TensorData tensor(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return TensorData.of("model.decoder." + name, DType.F32, shape, () -> bytes);
    }

    private static float[] identity() {
        float[] values = new float[WIDTH * WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            values[i * WIDTH + i] = 1;
        }
        return values;
    }

    @Override
    public void close() {
        decoder.close();
    }
}
