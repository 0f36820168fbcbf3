package oneword.trainer.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import oneword.data.prompt.PromptTemplate;
import oneword.data.token.SentenceEncoder;
import oneword.data.token.Tokenizer;
import oneword.data.token.TokenizerDefinition;
import oneword.trainer.TrainerException;

/**
 * A tokenizer.json that takes plain sentences: its normaliser applies the rule of the published evaluation and puts the
 * prompt around the sentence, so that the ids are those of {@link SentenceEncoder#evaluation}. Tokens merge across the
 * border of template and sentence, so no arrangement of ready-made ids would do.
 *
 * <p>tokenizers' normalisers leave an empty text alone. Therefore sentence-transformers, by the default prompt in its
 * configuration, puts {@link #MARK} before every sentence, and the normaliser replaces the mark by the template's
 * prefix. Without the mark, as in {@code AutoTokenizer}, ids are the same for every sentence but one that is empty or
 * begins with the mark itself. Steps:
 * <ol>
 * <li>put a mark in front; collapse what Python calls white space, drop it at the end
 * <li>make one or two marks one, with any space behind them
 * <li>put a full stop at the end unless one of {@code .?"'} is there or there is no sentence; {@code "} becomes
 * {@code '}; {@code ?} at the end becomes a full stop
 * <li>put the suffix at the end; replace the mark by the prefix
 * <li>whatever the base model's normaliser does
 * </ol>
 *
 * <p>The mark is replaced because a zero-width replacement at the start of a text garbles ids. Special tokens are
 * looked for before any normaliser runs and would cut a sentence in pieces that each get the prompt; so all but the
 * padding token are left out, and their names in a sentence are read as text.
 */
final class PromptTokenizer {

    /** Stands for the template's prefix. */
    static final String MARK = "[sentence]";

    private static final String MARK_PATTERN = "\\[sentence\\]";
    private static final String PYTHON_SPACE = "[\\x{9}-\\x{d}\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}"
        + "\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}]+";

    private final ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final ExportSource source;
    private final int maxTokens;
    private final int padId;

    /**
     * Prepares the tokenizer.
     *
     * @param source base model and prompt
     * @param maxTokens how many tokens the model takes
     * @param padId id that fills rows up
     */
    PromptTokenizer(ExportSource source, int maxTokens, int padId) {
        this.source = source;
        this.maxTokens = maxTokens;
        this.padId = padId;
    }

    /**
     * Writes tokenizer.json and tokenizer_config.json and holds their ids against the encoder's.
     *
     * @throws TrainerException where prompt or tokenizer cannot be expressed
     */
    void write(Path folder) throws IOException {
        ObjectNode tokenizer = TokenizerDefinition.read(source.base());
        String pad = padToken(tokenizer);
        keepOnly(pad, tokenizer);
        tokenizer.putNull("truncation");
        tokenizer.putNull("padding");
        tokenizer.set("normalizer", normalizer(source.prompt(), tokenizer.path("normalizer")));
        putSpace(tokenizer.path("pre_tokenizer"));
        Files.write(folder.resolve("tokenizer.json"), mapper.writeValueAsBytes(tokenizer));
        ObjectNode config = mapper.createObjectNode();
        // With a class of its own, or none, transformers rebuilds the tokenizer and drops the normaliser in silence.
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("pad_token", pad);
        config.put("model_max_length", maxTokens);
        config.put("padding_side", "right");
        // The vector is read at the end of the prompt, which must not be cut off.
        config.put("truncation_side", "left");
        config.put("clean_up_tokenization_spaces", false);
        Files.write(folder.resolve("tokenizer_config.json"), mapper.writeValueAsBytes(config));
        check(folder);
    }

    private String padToken(JsonNode tokenizer) {
        for (JsonNode token : tokenizer.path("added_tokens")) {
            if (token.path("id").asInt() == padId) {
                return token.path("content").asText();
            }
        }
        for (Map.Entry<String, JsonNode> token : tokenizer.path("model").path("vocab").properties()) {
            if (token.getValue().asInt() == padId) {
                return token.getKey();
            }
        }
        throw new TrainerException(source.base() + ": id " + padId + ", with which rows are filled up, is no token of "
            + "the tokenizer, and sentence-transformers needs one. Give config.json a pad_token_id that is, or export "
            + "as merged or peft");
    }

    /** Takes the special tokens out; others cannot be told apart from a normalised text. */
    private void keepOnly(String pad, JsonNode tokenizer) {
        for (Iterator<JsonNode> tokens = tokenizer.path("added_tokens").iterator(); tokens.hasNext();) {
            JsonNode token = tokens.next();
            String content = token.path("content").asText();
            if (source.prompt().prefix().contains(content) || source.prompt().suffix().contains(content)) {
                throw new TrainerException("prompt.template: holds the token " + content + ", which tokenizer.json "
                    + "cannot express in a prompt; export as merged or peft: " + source.prompt().template());
            }
            if (!token.path("special").asBoolean(false)) {
                throw new TrainerException(source.base() + ": the added token " + content + " cannot be expressed "
                    + "together with a prompt in tokenizer.json; export as merged or peft");
            }
            keepId(token, tokenizer.path("model").path("vocab"));
            if (!content.equals(pad)) {
                tokens.remove();
            }
        }
    }

    /** Added tokens are counted from the end of the vocabulary; one that is taken out must not move the others. */
    private static void keepId(JsonNode token, JsonNode vocabulary) {
        if (vocabulary instanceof ObjectNode ids && !ids.has(token.path("content").asText())) {
            ids.set(token.path("content").asText(), token.get("id"));
        }
    }

    /**
     * A Metaspace that marks the first piece of a text knows it by its place in the sentence, which a replaced
     * beginning does not have. All pieces may be marked instead: without special tokens there is but one.
     */
    private static void putSpace(JsonNode preTokenizer) {
        boolean several = preTokenizer.path("type").asText().equals("Sequence");
        JsonNode first = several ? preTokenizer.path("pretokenizers").path(0) : preTokenizer;
        if (first.path("type").asText().equals("Metaspace") && first.path("prepend_scheme").asText().equals("first")) {
            ((ObjectNode) first).put("prepend_scheme", "always");
        }
    }

    private ObjectNode normalizer(PromptTemplate prompt, JsonNode base) {
        ObjectNode sequence = mapper.createObjectNode().put("type", "Sequence");
        ArrayNode steps = sequence.putArray("normalizers");
        steps.addObject().put("type", "Prepend").put("prepend", MARK);
        replace(steps, PYTHON_SPACE, " ");
        steps.addObject().put("type", "Strip").put("strip_left", false).put("strip_right", true);
        replace(steps, "\\A(?:" + MARK_PATTERN + "){1,2} ?", MARK);
        replace(steps, "(?<!\\A" + MARK_PATTERN + ")(?<=[^.?\"'])\\z", ".");
        replace(steps, "\"", "'");
        replace(steps, "\\?\\z", ".");
        replace(steps, "\\z", prompt.suffix());
        replace(steps, "\\A" + MARK_PATTERN, prompt.prefix());
        if (base.isObject()) {
            steps.add(base);
        }
        return sequence;
    }

    private static void replace(ArrayNode steps, String pattern, String content) {
        ObjectNode step = steps.addObject().put("type", "Replace");
        step.putObject("pattern").put("Regex", pattern);
        step.put("content", content);
    }

    private void check(Path folder) {
        try (Tokenizer plain = Tokenizer.load(source.base()); Tokenizer prompted = Tokenizer.load(folder)) {
            SentenceEncoder encoder =
                new SentenceEncoder(source.prompt(), plain, source.maxSentenceTokens(), maxTokens);
            for (String sentence : VectorDrift.SENTENCES) {
                int[] expected = encoder.evaluation(sentence);
                int[] found = prompted.encode(MARK + sentence);
                if (expected.length < maxTokens && !Arrays.equals(expected, found)) {
                    throw new TrainerException("prompt.template: cannot be expressed in tokenizer.json: the ids of '"
                        + sentence + "' would be " + Arrays.toString(found) + " in place of "
                        + Arrays.toString(expected) + "; export as merged or peft: " + source.prompt().template());
                }
            }
        }
    }
}
