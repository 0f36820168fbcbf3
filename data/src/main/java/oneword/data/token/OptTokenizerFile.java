package oneword.data.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import oneword.data.DataException;
import oneword.data.text.Lines;

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

    private static final JsonMapper JSON = TokenizerFolder.JSON;
    private static final String ADDED_TOKENS = "added_tokens.json";

    private final TokenizerFolder folder;
    private final ObjectNode vocabulary;
    private final JsonNode config;
    private final JsonNode specialTokens;
    private final Map<String, ObjectNode> added = new LinkedHashMap<>();

    private OptTokenizerFile(TokenizerFolder folder) {
        this.folder = folder;
        vocabulary = folder.required(TokenizerFolder.VOCABULARY);
        config = folder.optional(TokenizerFolder.CONFIG);
        specialTokens = folder.optional(TokenizerFolder.SPECIAL_TOKENS);
    }

    /**
     * Builds the file's content.
     *
     * @param folder a folder with vocab.json and merges.txt
     * @return what tokenizer.json would hold
     * @throws DataException if a file is missing or damaged, or config.json names another family of models
     */
    static ObjectNode build(TokenizerFolder folder) {
        String family = folder.modelType();
        if (!family.isEmpty() && !family.equals("opt")) {
            throw new DataException(folder.path() + " holds " + TokenizerFolder.VOCABULARY + " and "
                + TokenizerFolder.MERGES + " of a model of type " + family + ", which do not say all that its tokenizer"
                + " does. " + TokenizerFolder.TOKENIZER + " is needed: take it from the model's page on the hub, or "
                + "have transformers make it: AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR).");
        }
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
            String token = TokenizerFolder.content(source.path("bos_token"));
            if (token != null && added.containsKey(token)) {
                return token;
            }
            if (token != null) {
                throw new DataException(folder.path() + ": bos_token '" + token + "' is not in "
                    + TokenizerFolder.VOCABULARY + ". Mend " + TokenizerFolder.CONFIG + " or "
                    + TokenizerFolder.SPECIAL_TOKENS + ".");
            }
        }
        if (!added.containsKey("</s>")) {
            throw new DataException(folder.file(TokenizerFolder.VOCABULARY)
                + " has no </s>, which OPT puts before every text. If this is another family of models, it needs a "
                + "tokenizer.json.");
        }
        return "</s>";
    }

    private void addTokens() {
        boolean named = TokenizerFolder.ROLES.stream().anyMatch(role ->
            TokenizerFolder.content(config.path(role)) != null
                || TokenizerFolder.content(specialTokens.path(role)) != null);
        for (String token : named ? List.of("</s>") : List.of("<s>", "<pad>", "</s>", "<unk>")) {
            addKnown(token, JSON.createObjectNode(), true);
        }
        folder.optional(ADDED_TOKENS).properties().forEach(entry ->
            add(entry.getKey(), entry.getValue().asInt(-1), JSON.createObjectNode(), false));
        config.path("added_tokens_decoder").properties().forEach(entry -> {
            JsonNode token = entry.getValue();
            int id = entry.getKey().matches("\\d{1,9}") ? Integer.parseInt(entry.getKey()) : -1;
            add(token.path("content").asText(), id, token,
                token.path("special").asBoolean(false));
        });
        for (JsonNode token : TokenizerFolder.specialTokens(List.of(specialTokens, config))) {
            addKnown(TokenizerFolder.content(token), token, true);
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
            throw new DataException(folder.path() + ": the added token '" + content + "' has id " + id + ", but "
                + TokenizerFolder.VOCABULARY + " says " + inVocabulary
                + ". Fetch the tokenizer files anew, all of one revision.");
        }
        added.put(content, TokenizerFolder.addedToken(content, id, options, special));
    }

    private ArrayNode merges() {
        Path file = folder.file(TokenizerFolder.MERGES);
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
}
