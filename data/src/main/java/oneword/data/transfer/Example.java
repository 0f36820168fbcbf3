package oneword.data.transfer;

import java.util.List;

/**
 * A sentence, or a pair of them, and the class it belongs to.
 *
 * @param sentences one, or two of a pair, as the file has them; an empty sentence counts
 * @param label the class, from 0
 */
public record Example(List<String> sentences, int label) {

    /** Keeps the sentences as they are now. */
    public Example {
        sentences = List.copyOf(sentences);
    }
}
