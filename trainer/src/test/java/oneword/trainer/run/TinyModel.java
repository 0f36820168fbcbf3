package oneword.trainer.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import oneword.lora.checkpoint.DType;
import oneword.lora.checkpoint.SafetensorsWriter;
import oneword.lora.checkpoint.TensorData;

/** One layer of random numbers under opt-mini's tokeniser: a run of it is a matter of milliseconds. */
final class TinyModel {

    private static final int WIDTH = 16;
    private static final int INNER = 32;
    private static final int POSITIONS = 512;

    private TinyModel() {}

    static Path write(Path folder) {
        Path mini = RunFixture.ROOT.resolve("models/opt-mini");
        try {
            Files.createDirectories(folder);
            for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
                Files.copy(mini.resolve(file), folder.resolve(file));
            }
            ObjectMapper json = new ObjectMapper();
            ObjectNode config = (ObjectNode) json.readTree(mini.resolve("config.json").toFile());
            config.put("hidden_size", WIDTH).put("word_embed_proj_dim", WIDTH).put("ffn_dim", INNER)
                .put("num_hidden_layers", 1).put("num_attention_heads", 2);
            Files.writeString(folder.resolve("config.json"), json.writeValueAsString(config));
            SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of(),
                tensors(config.get("vocab_size").asInt()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    private static List<TensorData> tensors(int words) {
        Random random = new Random(1);
        List<TensorData> tensors = new ArrayList<>();
        String decoder = "model.decoder.";
        tensors.add(tensor(random, decoder + "embed_tokens.weight", words, WIDTH));
        tensors.add(tensor(random, decoder + "embed_positions.weight", POSITIONS + 2, WIDTH));
        String layer = decoder + "layers.0.";
        for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
            tensors.add(tensor(random, layer + "self_attn." + name + ".weight", WIDTH, WIDTH));
            tensors.add(tensor(random, layer + "self_attn." + name + ".bias", WIDTH));
        }
        tensors.add(tensor(random, layer + "fc1.weight", INNER, WIDTH));
        tensors.add(tensor(random, layer + "fc1.bias", INNER));
        tensors.add(tensor(random, layer + "fc2.weight", WIDTH, INNER));
        tensors.add(tensor(random, layer + "fc2.bias", WIDTH));
        for (String norm : List.of(layer + "self_attn_layer_norm", layer + "final_layer_norm",
            decoder + "final_layer_norm")) {
            tensors.add(tensor(random, norm + ".weight", WIDTH));
            tensors.add(tensor(random, norm + ".bias", WIDTH));
        }
        return tensors;
    }

    private static TensorData tensor(Random random, String name, long... shape) {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat((float) random.nextGaussian() / 2);
        }
        return TensorData.of(name, DType.F32, shape, () -> bytes.flip().asReadOnlyBuffer());
    }
}
