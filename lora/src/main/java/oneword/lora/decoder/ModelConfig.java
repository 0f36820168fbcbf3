package oneword.lora.decoder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import oneword.lora.LoraException;

/** A model folder's {@code config.json}, read key by key; every error names the file and the key. */
final class ModelConfig {

    private static final long MAX_BYTES = 16L << 20;

    private final Path file;
    private final JsonNode root;

    private ModelConfig(Path file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    static ModelConfig read(Path folder) {
        Path file = folder.resolve("config.json");
        if (!Files.isRegularFile(file)) {
            throw new LoraException(folder + ": holds no config.json. A model is a Hugging Face folder: config.json, "
                + "tokenizer files and weights.");
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new LoraException(file + ": larger than " + (MAX_BYTES >> 20) + " MiB, which no config.json is");
            }
            JsonNode root = new ObjectMapper().readTree(Files.readAllBytes(file));
            if (!root.isObject()) {
                throw new LoraException(file + ": is not a JSON object");
            }
            return new ModelConfig(file, root);
        } catch (JsonProcessingException e) {
            throw new LoraException(file + ": is not valid JSON at line " + e.getLocation().getLineNr() + ": "
                + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new LoraException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    String text(String key, String missing) {
        JsonNode node = root.get(key);
        if (node == null || node.isNull()) {
            return missing;
        }
        if (!node.isTextual()) {
            throw error(key, "expected a string, found " + node);
        }
        return node.textValue();
    }

    boolean flag(String key, boolean missing) {
        JsonNode node = root.get(key);
        if (node == null || node.isNull()) {
            return missing;
        }
        if (!node.isBoolean()) {
            throw error(key, "expected true or false, found " + node);
        }
        return node.booleanValue();
    }

    int integer(String key, int missing) {
        JsonNode node = root.get(key);
        if (node == null || node.isNull()) {
            return missing;
        }
        if (!node.canConvertToInt() || !node.isIntegralNumber()) {
            throw error(key, "expected a whole number, found " + node);
        }
        return node.intValue();
    }

    int positive(String key, int missing) {
        int value = integer(key, missing);
        if (value < 1) {
            throw error(key, "expected a positive number, found " + value);
        }
        return value;
    }

    double probability(String key, double missing) {
        JsonNode node = root.get(key);
        if (node == null || node.isNull()) {
            return missing;
        }
        if (!node.isNumber() || !(node.doubleValue() >= 0 && node.doubleValue() < 1)) {
            throw error(key, "expected a probability from 0 to below 1, found " + node);
        }
        return node.doubleValue();
    }

    /** Refuses any value but the one that changes nothing. */
    void refuse(String key, double neutral) {
        JsonNode node = root.get(key);
        if (node != null && !node.isNull() && !(node.isNumber() && node.doubleValue() == neutral)) {
            throw error(key, node + " is not supported; only " + neutral + " is");
        }
    }

    LoraException error(String key, String message) {
        return new LoraException(file + ": " + key + ": " + message);
    }
}
