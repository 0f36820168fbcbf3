package oneword.trainer.embedding;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import oneword.lora.decoder.LanguageHead;
import oneword.lora.decoder.NextToken;

/** The words that the model would put behind the prompt: what a sentence means "in one word". */
public final class NextWords implements AutoCloseable {

    private final SentenceModel model;
    private final LanguageHead head;

    private NextWords(SentenceModel model, LanguageHead head) {
        this.model = model;
        this.head = head;
    }

    /**
     * A token as text.
     *
     * @param text as it stands in the vocabulary: often a word, sometimes a part of one, perhaps with a space before it
     * @param probability from 0 to 1
     */
    public record NextWord(String text, double probability) {}

    /**
     * Loads the language-model head of a model.
     *
     * @param folder the Hugging Face folder that the model was opened from
     * @param model makes the vectors; stays the caller's to close
     * @param count how many words there will be of each sentence, at least 1
     * @throws oneword.lora.LoraException where the folder holds no head
     */
    public static NextWords load(Path folder, SentenceModel model, int count) {
        return new NextWords(model, LanguageHead.load(
            folder, model.decoder().precision(), model.decoder().manager().getDevice(), count));
    }

    /**
     * The most probable next words.
     *
     * @param vectors [n][d] as {@link SentenceModel#embed} gives them, not normalised
     * @return n lists, each by falling probability
     */
    public List<List<NextWord>> of(float[][] vectors) {
        List<List<NextWord>> all = new ArrayList<>(vectors.length);
        for (List<NextToken> tokens : head.top(vectors)) {
            all.add(tokens.stream().map(token -> new NextWord(model.text(token.id()), token.probability())).toList());
        }
        return all;
    }

    @Override
    public void close() {
        head.close();
    }
}
