package oneword.data.token;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import oneword.data.DataException;
import oneword.data.text.Lines;
import oneword.data.text.Utf8Reader;

/**
 * Builds the tokenizer.json of an OPT model that ships as vocab.json and merges.txt: byte-level BPE without a leading
 * space, and the BOS token put in front.
 *
 * <p>Special tokens are &lt;/s&gt; and whatever special_tokens_map.json, added_tokens.json and tokenizer_config.json
 * name; as in transformers, &lt;unk&gt; in a sentence is plain text where they give no token of that name a role. Where
 * they name no role at all, &lt;s&gt;, &lt;pad&gt; and &lt;unk&gt; are special too. BOS is {@code bos_token} of these
 * files, &lt;/s&gt; by default; {@code "add_bos_token": false} leaves it out.
 */
final class OptTokenizerFile {

    static final String VOCABULARY = "vocab.json";
    static final String MERGES = "merges.txt";

    private static final JsonMapper JSON = new JsonMapper();
    private static final String CONFIG = "tokenizer_config.json";
    private static final String SPECIAL_TOKENS = "special_tokens_map.json";
    private static final String ADDED_TOKENS = "added_tokens.json";
    private static final List<String> ROLES =
        List.of("bos_token", "eos_token", "unk_token", "pad_token", "mask_token", "sep_token", "cls_token");

    private final Path folder;
    private final ObjectNode vocabulary;
    private final JsonNode config;
    private final JsonNode specialTokens;
    private final Map<String, ObjectNode> added = new LinkedHashMap<>();

    private OptTokenizerFile(Path folder) {
        this.folder = folder;
        vocabulary = (ObjectNode) read(VOCABULARY);
        config = read(CONFIG);
        specialTokens = read(SPECIAL_TOKENS);
    }

    /**
     * Builds the file's content.
     *
     * @param folder a folder with vocab.json and merges.txt
     * @return what tokenizer.json would hold
     * @throws DataException if a file is missing or damaged
     */
    static ObjectNode build(Path folder) {
        return new OptTokenizerFile(folder).build();
    }

    private ObjectNode build() {
        addTokens();
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        ArrayNode tokens = root.putArray("added_tokens");
        TreeMap<Integer, ObjectNode> ordered = new TreeMap<>();
        added.values().forEach(token -> ordered.put(token.get("id").intValue(), token));
        tokens.addAll(ordered.values());
        root.putNull("normalizer");
        boolean prefixSpace = config.path("add_prefix_space").asBoolean(false);
        root.set("pre_tokenizer", byteLevel(prefixSpace));
        root.set("post_processor", postProcessor());
        root.set("decoder", byteLevel(true));
        ObjectNode model = root.putObject("model");
        model.put("type", "BPE");
        model.putNull("dropout");
        model.putNull("unk_token");
        model.putNull("continuing_subword_prefix");
        model.putNull("end_of_word_suffix");
        model.put("fuse_unk", false);
        model.put("byte_fallback", false);
        model.set("vocab", vocabulary);
        model.set("merges", merges());
        return root;
    }

    private static ObjectNode byteLevel(boolean prefixSpace) {
        ObjectNode node = JSON.createObjectNode();
        node.put("type", "ByteLevel");
        node.put("add_prefix_space", prefixSpace);
        node.put("trim_offsets", true);
        node.put("use_regex", true);
        return node;
    }

    private JsonNode postProcessor() {
        if (!config.path("add_bos_token").asBoolean(true)) {
            return JSON.nullNode();
        }
        String bos = bos();
        ObjectNode node = JSON.createObjectNode();
        node.put("type", "TemplateProcessing");
        ArrayNode single = node.putArray("single");
        special(single, bos);
        sequence(single, "A", 0);
        ArrayNode pair = node.putArray("pair");
        special(pair, bos);
        sequence(pair, "A", 0);
        special(pair, bos);
        sequence(pair, "B", 1);
        ObjectNode token = node.putObject("special_tokens").putObject(bos);
        token.put("id", bos);
        token.putArray("ids").add(added.get(bos).get("id").intValue());
        token.putArray("tokens").add(bos);
        return node;
    }

    private static void special(ArrayNode template, String token) {
        template.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
    }

    private static void sequence(ArrayNode template, String id, int type) {
        template.addObject().putObject("Sequence").put("id", id).put("type_id", type);
    }

    private String bos() {
        for (JsonNode source : List.of(config, specialTokens)) {
            String token = content(source.path("bos_token"));
            if (token != null && added.containsKey(token)) {
                return token;
            }
            if (token != null) {
                throw new DataException(folder + ": bos_token '" + token + "' is not in " + VOCABULARY
                    + ". Mend " + CONFIG + " or " + SPECIAL_TOKENS + ".");
            }
        }
        if (!added.containsKey("</s>")) {
            throw new DataException(folder.resolve(VOCABULARY) + " has no </s>, which OPT puts before every text. "
                + "If this is another family of models, it needs a tokenizer.json.");
        }
        return "</s>";
    }

    private void addTokens() {
        boolean named = ROLES.stream().anyMatch(role ->
            content(config.path(role)) != null || content(specialTokens.path(role)) != null);
        for (String token : named ? List.of("</s>") : List.of("<s>", "<pad>", "</s>", "<unk>")) {
            addKnown(token, JSON.createObjectNode(), true);
        }
        read(ADDED_TOKENS).properties().forEach(entry ->
            add(entry.getKey(), entry.getValue().asInt(-1), JSON.createObjectNode(), false));
        config.path("added_tokens_decoder").properties().forEach(entry -> {
            JsonNode token = entry.getValue();
            int id = entry.getKey().matches("\\d{1,9}") ? Integer.parseInt(entry.getKey()) : -1;
            add(token.path("content").asText(), id, token,
                token.path("special").asBoolean(false));
        });
        for (JsonNode source : List.of(specialTokens, config)) {
            for (String role : ROLES) {
                addSpecial(source.path(role));
            }
            source.path("additional_special_tokens").forEach(this::addSpecial);
        }
    }

    private void addSpecial(JsonNode token) {
        String content = content(token);
        if (content != null) {
            addKnown(content, token, true);
        }
    }

    private void addKnown(String content, JsonNode options, boolean special) {
        ObjectNode before = added.get(content);
        JsonNode id = before == null ? vocabulary.get(content) : before.get("id");
        if (id != null) {
            add(content, id.intValue(), options, special);
        }
    }

    private void add(String content, int id, JsonNode options, boolean special) {
        JsonNode inVocabulary = vocabulary.get(content);
        if (content.isEmpty() || id < 0 || inVocabulary != null && inVocabulary.intValue() != id) {
            throw new DataException(folder + ": the added token '" + content + "' has id " + id + ", but "
                + VOCABULARY + " says " + inVocabulary + ". Fetch the tokenizer files anew, all of one revision.");
        }
        ObjectNode token = JSON.createObjectNode();
        token.put("id", id);
        token.put("content", content);
        for (String option : List.of("single_word", "lstrip", "rstrip", "normalized")) {
            token.put(option, options.path(option).asBoolean(false));
        }
        token.put("special", special);
        added.put(content, token);
    }

    private static String content(JsonNode token) {
        String content = token.isTextual() ? token.textValue() : token.path("content").textValue();
        return content == null || content.isEmpty() ? null : content;
    }

    private ArrayNode merges() {
        Path file = folder.resolve(MERGES);
        ArrayNode merges = JSON.createArrayNode();
        try (Lines lines = new Lines(file)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (line.isEmpty() || line.startsWith("#version")) {
                    continue;
                }
                int space = line.indexOf(' ');
                if (space <= 0 || space == line.length() - 1 || line.indexOf(' ', space + 1) >= 0) {
                    throw DataException.at(file, lines.number(), "expected two tokens with one space between them, "
                        + "found '" + line + "'. Fetch the file anew.");
                }
                merges.addArray().add(line.substring(0, space)).add(line.substring(space + 1));
            }
        }
        return merges;
    }

    /** Reads a JSON object; an absent file, save for the vocabulary, is an empty one. */
    private JsonNode read(String name) {
        Path file = folder.resolve(name);
        if (!name.equals(VOCABULARY) && !Files.exists(file)) {
            return JSON.createObjectNode();
        }
        try (BufferedReader reader = new BufferedReader(Utf8Reader.open(file))) {
            JsonNode node = JSON.readTree(reader);
            if (!node.isObject()) {
                throw new DataException(file + " must hold a JSON object. Fetch the file anew.");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new DataException(file + " is not JSON: " + e.getMessage() + ". Fetch the file anew.", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
