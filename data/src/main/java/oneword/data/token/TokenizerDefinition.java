package oneword.data.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import oneword.data.DataException;

/**
 * The tokenizer of a model folder as the JSON that it is loaded from, and that others are written from. Ids are those
 * of transformers' {@code AutoTokenizer} (5.23):
 * <ul>
 * <li>tokenizer.json is taken as it stands. What is put before and after a text is its post-processor's affair alone:
 *     {@code add_bos_token} and {@code add_eos_token} of tokenizer_config.json do not count beside it.
 * <li>Tokens to which tokenizer_config.json or special_tokens_map.json gives a role are special even where
 *     tokenizer.json does not say so, if its vocabulary holds them. Those it does not hold, for which transformers
 *     would make up new ids, stay ordinary text.
 * <li>Where {@code tokenizer_class} is LlamaTokenizer, transformers builds parts of a SentencePiece tokenizer.json
 *     anew; so does {@link LlamaTokenizerFile}. For all other classes the file counts.
 * <li>Without tokenizer.json, vocab.json and merges.txt are read as OPT's ({@link OptTokenizerFile}).
 * </ul>
 */
public final class TokenizerDefinition {

    private TokenizerDefinition() {}

    /**
     * Reads the definition.
     *
     * @param modelFolder a model in Hugging Face layout
     * @return the content of a tokenizer.json, the caller's to change
     * @throws DataException if the folder has no tokenizer that can be read, or its files are damaged
     */
    public static ObjectNode read(Path modelFolder) {
        TokenizerFolder folder = new TokenizerFolder(modelFolder);
        if (folder.has(TokenizerFolder.TOKENIZER)) {
            ObjectNode file = folder.required(TokenizerFolder.TOKENIZER);
            boolean rebuilt = LlamaTokenizerFile.applies(folder, file);
            if (rebuilt) {
                LlamaTokenizerFile.rebuild(folder, file);
            }
            addTokens(folder, file, rebuilt ? List.of("<unk>", "<s>", "</s>") : List.of());
            return file;
        }
        if (folder.has(TokenizerFolder.VOCABULARY) && folder.has(TokenizerFolder.MERGES)) {
            return OptTokenizerFile.build(folder);
        }
        throw missing(folder);
    }

    private static void addTokens(TokenizerFolder folder, ObjectNode file, List<String> always) {
        JsonNode config = folder.optional(TokenizerFolder.CONFIG);
        JsonNode vocabulary = file.path("model").path("vocab");
        JsonNode present = file.path("added_tokens");
        if (!present.isArray() && !present.isMissingNode()) {
            throw new DataException(folder.file(TokenizerFolder.TOKENIZER) + ": added_tokens must be a list, found "
                + present.getNodeType().name().toLowerCase(Locale.ROOT) + ". Fetch the file anew.");
        }
        ArrayNode added = file.withArray("added_tokens");
        Set<String> known = new HashSet<>();
        added.forEach(token -> known.add(token.path("content").asText()));
        config.path("added_tokens_decoder").forEach(token ->
            add(token, token.path("special").asBoolean(false), vocabulary, known, added));
        List<JsonNode> special = new ArrayList<>(TokenizerFolder.specialTokens(
            List.of(config, folder.optional(TokenizerFolder.SPECIAL_TOKENS))));
        always.forEach(token -> special.add(TextNode.valueOf(token)));
        special.forEach(token -> add(token, true, vocabulary, known, added));
    }

    private static void add(
        JsonNode token, boolean special, JsonNode vocabulary, Set<String> known, ArrayNode added) {
        String content = TokenizerFolder.content(token);
        if (content != null && vocabulary.path(content).isInt() && known.add(content)) {
            added.add(TokenizerFolder.addedToken(content, vocabulary.get(content).intValue(), token, special));
        }
    }

    private static DataException missing(TokenizerFolder folder) {
        if (folder.has(TokenizerFolder.SENTENCE_PIECE)) {
            return new DataException(folder.file(TokenizerFolder.SENTENCE_PIECE) + " is a SentencePiece model; a "
                + TokenizerFolder.TOKENIZER + " is needed beside it. Take it from the model's page on the hub, or have "
                + "transformers make it (pip install transformers sentencepiece protobuf): python -c \"from "
                + "transformers import AutoTokenizer as T; T.from_pretrained('" + folder.path()
                + "').save_pretrained('" + folder.path() + "')\"");
        }
        return new DataException("No tokenizer in " + folder.path().toAbsolutePath() + ": neither "
            + TokenizerFolder.TOKENIZER + " nor " + TokenizerFolder.VOCABULARY + " with " + TokenizerFolder.MERGES
            + ". Give a model folder in Hugging Face layout.");
    }
}
