package oneword.data.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import oneword.data.DataException;

/**
 * What transformers makes of a SentencePiece tokenizer.json whose {@code tokenizer_class} is LlamaTokenizer or
 * LlamaTokenizerFast (5.23, {@code LlamaTokenizer.__init__}): vocabulary, merges, added tokens and post-processor are
 * the file's; everything else is built anew. The normaliser goes, a Metaspace pre-tokenizer puts {@code ▁} before the
 * text unless it begins with a space (with {@code "legacy": true} before every piece between special tokens, with
 * {@code "add_prefix_space": false} never), bytes stand for unknown characters, and decoding drops one leading space
 * where a {@code ▁} is put.
 *
 * <p>The file stands as it is where another class is named or none, where it is byte-level, and for the Mistral
 * family, all as in transformers.
 */
final class LlamaTokenizerFile {

    private static final String CLASS = "LlamaTokenizer";
    private static final String SPACE = "▁";
    private static final List<String> MISTRAL =
        List.of("mistral", "mistral3", "mixtral", "ministral", "ministral3", "mistral_large4");

    private LlamaTokenizerFile() {
    }

    /** Whether transformers would build the folder's tokenizer anew. */
    static boolean applies(TokenizerFolder folder, JsonNode file) {
        return folder.tokenizerClass().equals(CLASS) && !MISTRAL.contains(folder.modelType()) && !isByteLevel(file);
    }

    private static boolean isByteLevel(JsonNode file) {
        return List.of("normalizer", "pre_tokenizer", "post_processor", "decoder").stream()
            .anyMatch(part -> file.path(part).findValuesAsText("type").contains("ByteLevel"));
    }

    /**
     * Changes a tokenizer.json into what transformers makes of it.
     *
     * @throws DataException if it holds no BPE model, of which that class cannot be built
     */
    static void rebuild(TokenizerFolder folder, ObjectNode file) {
        JsonNode model = file.path("model");
        if (!model.path("vocab").isObject() || !model.path("merges").isArray()) {
            throw new DataException(folder.file(TokenizerFolder.TOKENIZER) + " holds a "
                + model.path("type").asText("nameless") + " model, of which the " + CLASS + " that "
                + TokenizerFolder.CONFIG + " names cannot be built. Set tokenizer_class to PreTrainedTokenizerFast "
                + "there to take " + TokenizerFolder.TOKENIZER + " as it stands.");
        }
        JsonNode config = folder.optional(TokenizerFolder.CONFIG);
        boolean prefix = config.path("add_prefix_space").asBoolean(true);
        boolean legacy = config.path("legacy").asBoolean(false);
        file.putNull("normalizer");
        ObjectNode split = file.putObject("pre_tokenizer");
        split.put("type", "Metaspace");
        split.put("replacement", SPACE);
        split.put("prepend_scheme", !prefix ? "never" : legacy ? "always" : "first");
        split.put("split", false);
        file.set("decoder", decoder(prefix));
        ObjectNode bpe = file.putObject("model");
        bpe.put("type", "BPE");
        for (String unset : List.of("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
            bpe.putNull(unset);
        }
        bpe.put("fuse_unk", true);
        bpe.put("byte_fallback", true);
        bpe.put("ignore_merges", false);
        bpe.set("vocab", model.get("vocab"));
        bpe.set("merges", model.get("merges"));
    }

    private static ObjectNode decoder(boolean prefix) {
        ObjectNode decoder = TokenizerFolder.JSON.createObjectNode().put("type", "Sequence");
        ArrayNode steps = decoder.putArray("decoders");
        ObjectNode replace = steps.addObject().put("type", "Replace");
        replace.putObject("pattern").put("String", SPACE);
        replace.put("content", " ");
        steps.addObject().put("type", "ByteFallback");
        steps.addObject().put("type", "Fuse");
        if (prefix) {
            steps.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
        }
        return decoder;
    }
}
