package oneword.lora.merge;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.adapter.PeftFiles;
import oneword.lora.checkpoint.DType;
import oneword.lora.checkpoint.SafetensorsWriter;
import oneword.lora.checkpoint.TensorData;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.TokenBatch;
import oneword.lora.kernel.Torch;

/** Models and adapters made number by number, and the vectors of token ids. */
final class TinyModel {

    static final Path GOLDEN = Path.of("src/test/resources/golden");

    private TinyModel() {}

    /** A folder with one weight, {@code fc1.weight} [rows of equal length], and a config.json. */
    static Path base(Path folder, DType type, short[] bits, long... shape) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), "{\"dtype\": \"some\", \"other\": 1.0}");
        ByteBuffer bytes = ByteBuffer.allocateDirect(2 * bits.length).order(ByteOrder.LITTLE_ENDIAN);
        for (short element : bits) {
            bytes.putShort(element);
        }
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of("format", "pt"),
            List.of(TensorData.of("fc1.weight", type, shape, bytes::flip)));
        return folder;
    }

    /** A PEFT folder with one module of rank 1. */
    static Path adapter(Path folder, String module, float[] b, float[] a, double alpha) throws IOException {
        Files.createDirectories(folder);
        String name = module.substring(module.lastIndexOf('.') + 1);
        Files.write(folder.resolve(PeftFiles.CONFIG),
            PeftFiles.config(new LoraConfig(1, alpha, 0, List.of(name)), "base"));
        String key = "base_model.model." + module;
        SafetensorsWriter.write(folder.resolve(PeftFiles.WEIGHTS), Map.of(), List.of(
            TensorData.of(key + ".lora_A.weight", DType.F32, new long[] {1, a.length}, () -> floats(a)),
            TensorData.of(key + ".lora_B.weight", DType.F32, new long[] {b.length, 1}, () -> floats(b))));
        return folder;
    }

    static ByteBuffer floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(Files.readAllBytes(file));
    }

    /** The sentences of a golden case, as token ids. */
    static List<int[]> sentences(Path golden) throws IOException {
        List<int[]> sentences = new ArrayList<>();
        for (JsonNode list : json(golden.resolve("inputs.json")).get("sentences")) {
            int[] ids = new int[list.size()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = list.get(i).intValue();
            }
            sentences.add(ids);
        }
        return sentences;
    }

    /** The vectors of sentences, one after the other. */
    static float[] embed(Decoder decoder, List<int[]> sentences) {
        float[] all = new float[sentences.size() * decoder.config().outputWidth()];
        for (int i = 0; i < sentences.size(); i++) {
            int[] ids = sentences.get(i);
            try (NDManager scope = decoder.manager().newSubManager()) {
                TokenBatch batch = TokenBatch.of(scope, ids, new int[] {ids.length}, ids.length, false);
                float[] one = Torch.withoutGradients(() -> decoder.encode(scope, batch, null)).toFloatArray();
                System.arraycopy(one, 0, all, i * one.length, one.length);
            }
        }
        return all;
    }
}
