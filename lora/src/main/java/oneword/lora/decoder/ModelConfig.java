package oneword.lora.decoder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import oneword.lora.LoraException;

/** A model folder's {@code config.json}, read key by key; every error names the file and the key. */
final class ModelConfig {

    /** The greatest sizes that are taken: far beyond any model, and no product of two overflows an int. */
    static final int MOST_LAYERS = 1 << 10;
    static final int MOST_HEADS = 1 << 14;
    static final int MOST_HEAD_WIDTH = 1 << 14;
    static final int MOST_WIDTH = 1 << 20;
    static final int MOST_TOKENS = 1 << 24;

    private static final long MAX_BYTES = 16L << 20;

    private final Path file;
    private final String prefix;
    private final JsonNode root;

    private ModelConfig(Path file, String prefix, JsonNode root) {
        this.file = file;
        this.prefix = prefix;
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
            return new ModelConfig(file, "", root);
        } catch (JsonProcessingException e) {
            throw new LoraException(file + ": is not valid JSON at line " + e.getLocation().getLineNr() + ": "
                + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new LoraException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whether a key is there at all, be it with null. */
    boolean names(String key) {
        return root.has(key);
    }

    /** An object of keys of its own; none where it is missing, null or empty. */
    Optional<ModelConfig> section(String key) {
        JsonNode node = root.get(key);
        if (node == null || node.isNull() || node.isObject() && node.isEmpty()) {
            return Optional.empty();
        }
        if (!node.isObject()) {
            throw error(key, "expected an object, found " + node);
        }
        return Optional.of(new ModelConfig(file, prefix + key + ".", node));
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

    /** A width, or a number of layers or heads: sizes are multiplied with each other, and layers are listed. */
    int size(String key, int missing, int most) {
        int value = positive(key, missing);
        if (value > most) {
            throw error(key, "expected at most " + most + ", found " + value);
        }
        return value;
    }

    /** One token id, or the first of a list of them. */
    int firstId(String key, int missing) {
        JsonNode node = root.get(key);
        JsonNode id = node != null && node.isArray() ? node.get(0) : node;
        return id != null && id.isIntegralNumber() && id.canConvertToInt() ? id.intValue() : missing;
    }

    double positiveNumber(String key) {
        return positiveNumber(key, Double.NaN);
    }

    double positiveNumber(String key, double missing) {
        JsonNode node = root.get(key);
        double value = node == null || node.isNull() ? missing : node.isNumber() ? node.doubleValue() : Double.NaN;
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw error(key, "expected a positive number, found " + node);
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
        return new LoraException(file + ": " + prefix + key + ": " + message);
    }
}
