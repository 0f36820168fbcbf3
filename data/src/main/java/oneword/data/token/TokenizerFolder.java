package oneword.data.token;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import oneword.data.DataException;
import oneword.data.text.Utf8Reader;

/** The files of a model folder that decide its tokenizer. */
final class TokenizerFolder {

    static final String TOKENIZER = "tokenizer.json";
    static final String VOCABULARY = "vocab.json";
    static final String MERGES = "merges.txt";
    static final String CONFIG = "tokenizer_config.json";
    static final String SPECIAL_TOKENS = "special_tokens_map.json";
    static final String SENTENCE_PIECE = "tokenizer.model";

    static final JsonMapper JSON = new JsonMapper();

    /** Keys under which {@link #CONFIG} and {@link #SPECIAL_TOKENS} name special tokens, one each. */
    static final List<String> ROLES =
        List.of("bos_token", "eos_token", "unk_token", "pad_token", "mask_token", "sep_token", "cls_token");

    /** Keys under which they name several. */
    private static final List<String> MORE = List.of("additional_special_tokens", "extra_special_tokens");

    private final Path path;

    TokenizerFolder(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    Path file(String name) {
        return path.resolve(name);
    }

    boolean has(String name) {
        return Files.isRegularFile(file(name));
    }

    /** Reads a JSON object; an absent file is an empty one. */
    ObjectNode optional(String name) {
        return has(name) ? required(name) : JSON.createObjectNode();
    }

    /** Reads a JSON object. */
    ObjectNode required(String name) {
        Path file = file(name);
        try (BufferedReader reader = new BufferedReader(Utf8Reader.open(file))) {
            if (JSON.readTree(reader) instanceof ObjectNode object) {
                return object;
            }
            throw new DataException(file + " must hold a JSON object. Fetch the file anew.");
        } catch (JsonProcessingException e) {
            throw new DataException(file + " is not JSON: " + e.getMessage() + ". Fetch the file anew.", e);
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The family that config.json names; empty where there is none. */
    String modelType() {
        return optional("config.json").path("model_type").asText("");
    }

    /**
     * The class that transformers would load, without the ending Fast: {@code tokenizer_class} of
     * tokenizer_config.json, else of config.json; empty where neither says.
     */
    String tokenizerClass() {
        String name = optional(CONFIG).path("tokenizer_class").asText("");
        if (name.isEmpty()) {
            name = optional("config.json").path("tokenizer_class").asText("");
        }
        return name.endsWith("Fast") ? name.substring(0, name.length() - 4) : name;
    }

    /** Every token that has a special role, as the files have it: a text, or an object with {@code content}. */
    static List<JsonNode> specialTokens(List<? extends JsonNode> files) {
        List<JsonNode> tokens = new ArrayList<>();
        for (JsonNode file : files) {
            ROLES.forEach(role -> tokens.add(file.path(role)));
            MORE.forEach(key -> file.path(key).forEach(tokens::add));
        }
        tokens.removeIf(token -> content(token) == null);
        return tokens;
    }

    /** The text of a token, or null where there is none. */
    static String content(JsonNode token) {
        String content = token.isTextual() ? token.textValue() : token.path("content").textValue();
        return content == null || content.isEmpty() ? null : content;
    }

    /** A token as tokenizer.json's {@code added_tokens} has it. */
    static ObjectNode addedToken(String content, int id, JsonNode options, boolean special) {
        ObjectNode token = JSON.createObjectNode();
        token.put("id", id);
        token.put("content", content);
        for (String option : List.of("single_word", "lstrip", "rstrip", "normalized")) {
            token.put(option, options.path(option).asBoolean(false));
        }
        token.put("special", special);
        return token;
    }
}
