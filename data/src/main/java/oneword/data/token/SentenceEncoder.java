package oneword.data.token;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import oneword.data.DataException;
import oneword.data.prompt.PromptTemplate;

/**
 * From a sentence to the ids of its whole prompt, by the rules of PromptEOL (arXiv 2307.16645). The model's vector is
 * read at the last id, so the end of the template is never cut off: where a prompt would be longer than the model
 * takes, its sentence is shortened, and {@link #shortened()} counts it. The last id is that of the template's last
 * token, or, where the tokenizer's files put EOS behind every text, EOS. Safe for use by several threads.
 */
public final class SentenceEncoder {

    private final PromptTemplate template;
    private final Tokenizer tokenizer;
    private final int maxSentenceTokens;
    private final int maxPositions;
    private final AtomicInteger shortened = new AtomicInteger();

    /**
     * Combines a template and a tokenizer.
     *
     * @param template the prompt
     * @param tokenizer the model's tokenizer; stays the caller's to close
     * @param maxSentenceTokens how many tokens of a training sentence are kept (32 in the paper), at least 1
     * @param maxPositions how many tokens the model takes
     * @throws DataException if the template alone is too long for the model, or a number is too small
     */
    public SentenceEncoder(PromptTemplate template, Tokenizer tokenizer, int maxSentenceTokens, int maxPositions) {
        this.template = template;
        this.tokenizer = tokenizer;
        this.maxSentenceTokens = maxSentenceTokens;
        this.maxPositions = maxPositions;
        if (maxSentenceTokens < 1) {
            throw new DataException("prompt.max_sentence_tokens must be 1 or more, found " + maxSentenceTokens + ".");
        }
        int own = tokenizer.encode(template.render("")).length;
        if (own >= maxPositions) {
            throw new DataException("prompt.template takes " + own + " tokens, the model has " + maxPositions
                + " positions, so no sentence fits. Shorten the template or the demonstration: "
                + template.template());
        }
    }

    /**
     * A training sentence: tokenised by itself without special tokens, cut to the first {@code maxSentenceTokens},
     * decoded, put into the template, and the whole tokenised. A special token that the sentence spells out, such as
     * {@code <unk>}, stays.
     *
     * @param sentence any text, taken as it stands
     * @return the ids of the prompt, at most {@code maxPositions}
     */
    public int[] training(String sentence) {
        int[] tokens = tokenizer.encodePlain(sentence);
        String kept = tokenizer.decodeAll(tokens.length > maxSentenceTokens
            ? Arrays.copyOf(tokens, maxSentenceTokens) : tokens);
        return prompt(kept);
    }

    /**
     * A sentence to be evaluated: its {@linkplain PromptTemplate#evaluationText evaluation text} put into the template,
     * with no cut but that of the model's positions.
     *
     * @param sentence any text
     * @return the ids of the prompt, at most {@code maxPositions}
     */
    public int[] evaluation(String sentence) {
        return prompt(PromptTemplate.evaluationText(sentence));
    }

    /**
     * A text that is the whole prompt already.
     *
     * @param prompt any text
     * @return its ids
     * @throws DataException if they are more than the model takes, or none at all
     */
    public int[] raw(String prompt) {
        int[] ids = tokenizer.encode(prompt);
        if (ids.length > maxPositions) {
            throw new DataException("The prompt has " + ids.length + " tokens, the model takes " + maxPositions
                + ". A raw prompt is never cut; shorten it: " + excerpt(prompt));
        }
        return notEmpty(ids);
    }

    private static int[] notEmpty(int[] ids) {
        if (ids.length == 0) {
            throw new DataException("The prompt is empty, and this tokenizer adds no token of its own; "
                + "an embedding needs one token at least.");
        }
        return ids;
    }

    private static String excerpt(String text) {
        int end = text.offsetByCodePoints(0, Math.min(60, text.codePointCount(0, text.length())));
        return end < text.length() ? text.substring(0, end) + "…" : text;
    }

    private int[] prompt(String sentence) {
        int[] ids = tokenizer.encode(template.render(sentence));
        if (ids.length <= maxPositions) {
            return notEmpty(ids);
        }
        shortened.incrementAndGet();
        int[] tokens = tokenizer.encodePlain(sentence);
        int keep = tokens.length;
        while (ids.length > maxPositions) {
            keep = Math.max(0, keep - (ids.length - maxPositions));
            ids = tokenizer.encode(template.render(tokenizer.decodeAll(Arrays.copyOf(tokens, keep))));
        }
        return ids;
    }

    /**
     * How many sentences had to be shortened to fit into the model's positions.
     *
     * @return their number since this object was made; a sentence given twice counts twice
     */
    public int shortened() {
        return shortened.get();
    }
}
