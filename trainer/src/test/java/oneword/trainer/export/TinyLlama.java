package oneword.trainer.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import oneword.lora.checkpoint.DType;
import oneword.lora.checkpoint.SafetensorsWriter;
import oneword.lora.checkpoint.TensorData;

/** A LLaMA of two layers with random weights and the SentencePiece-style tokenizer of the data module's tests. */
final class TinyLlama {

    /** All linears of the family. */
    static final List<String> TARGETS =
        List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    private static final int WIDTH = 32;
    private static final int KEYS = 16;
    private static final int INNER = 48;
    private static final int LAYERS = 2;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path TOKENIZER = Path.of(System.getProperty("oneword.root"))
        .resolve("data/src/test/resources/golden/llama-tokenizer.json");

    private TinyLlama() {}

    /** Writes a Hugging Face folder whose tokenizer.json is changed; tokenizer_config.json names the class. */
    static Path write(Path folder, String tokenizerClass, Consumer<ObjectNode> change) throws IOException {
        Files.createDirectories(folder);
        ObjectNode tokenizer = tokenizer();
        change.accept(tokenizer);
        JSON.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer);
        Files.writeString(folder.resolve("tokenizer_config.json"),
            "{\"tokenizer_class\": \"" + tokenizerClass + "\", \"bos_token\": \"<s>\", \"eos_token\": \"</s>\"}");
        Files.writeString(folder.resolve("config.json"), """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 704, "hidden_size": 32,
             "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
             "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
             "tie_word_embeddings": true, "bos_token_id": 1, "eos_token_id": 2, "torch_dtype": "float32"}
            """);
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of("format", "pt"), weights());
        return folder;
    }

    /** The tokenizer.json as it is in the data module. */
    static ObjectNode tokenizer() throws IOException {
        return (ObjectNode) JSON.readTree(TOKENIZER.toFile());
    }

    /** A post-processor that puts BOS before a text and EOS behind it, or one of them. */
    static JsonNode template(boolean bos, boolean eos) {
        ObjectNode template = JSON.createObjectNode().put("type", "TemplateProcessing");
        for (String kind : List.of("single", "pair")) {
            if (bos) {
                special(template, kind, "<s>");
            }
            sequence(template, kind, "A");
            if (kind.equals("pair")) {
                sequence(template, kind, "B");
            }
            if (eos) {
                special(template, kind, "</s>");
            }
        }
        ObjectNode tokens = template.putObject("special_tokens");
        for (String token : List.of("<s>", "</s>")) {
            ObjectNode entry = tokens.putObject(token).put("id", token);
            entry.putArray("ids").add(token.equals("<s>") ? 1 : 2);
            entry.putArray("tokens").add(token);
        }
        return template;
    }

    private static void special(ObjectNode template, String kind, String token) {
        template.withArray(kind).addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
    }

    private static void sequence(ObjectNode template, String kind, String name) {
        template.withArray(kind).addObject().putObject("Sequence").put("id", name).put("type_id", 0);
    }

    private static List<TensorData> weights() {
        Random random = new Random(3);
        List<TensorData> weights = new ArrayList<>();
        weights.add(tensor("model.embed_tokens.weight", random, 0, 704, WIDTH));
        weights.add(tensor("model.norm.weight", random, 1, WIDTH));
        for (int i = 0; i < LAYERS; i++) {
            String layer = "model.layers." + i + ".";
            weights.add(tensor(layer + "input_layernorm.weight", random, 1, WIDTH));
            weights.add(tensor(layer + "post_attention_layernorm.weight", random, 1, WIDTH));
            weights.add(tensor(layer + "self_attn.q_proj.weight", random, 0, WIDTH, WIDTH));
            weights.add(tensor(layer + "self_attn.k_proj.weight", random, 0, KEYS, WIDTH));
            weights.add(tensor(layer + "self_attn.v_proj.weight", random, 0, KEYS, WIDTH));
            weights.add(tensor(layer + "self_attn.o_proj.weight", random, 0, WIDTH, WIDTH));
            weights.add(tensor(layer + "mlp.gate_proj.weight", random, 0, INNER, WIDTH));
            weights.add(tensor(layer + "mlp.up_proj.weight", random, 0, INNER, WIDTH));
            weights.add(tensor(layer + "mlp.down_proj.weight", random, 0, WIDTH, INNER));
        }
        return weights;
    }

    private static TensorData tensor(String name, Random random, double mean, long... shape) {
        int size = (int) (shape.length == 1 ? shape[0] : shape[0] * shape[1]);
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * size).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            bytes.putFloat((float) (mean + 0.2 * random.nextGaussian()));
        }
        return TensorData.of(name, DType.F32, shape, bytes::flip);
    }
}
