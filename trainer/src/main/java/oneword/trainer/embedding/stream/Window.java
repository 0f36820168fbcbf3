package oneword.trainer.embedding.stream;

import java.util.List;

/**
 * Consecutive sentences that are embedded together.
 *
 * @param first how many sentences stand before this window
 * @param sentences the lines
 * @param ids the token ids of each
 * @param sha256 {@link SentenceReader#sha256OfRead} behind the last of them
 */
public record Window(long first, List<String> sentences, List<int[]> ids, String sha256) {

    /** How many sentences there are up to the end of this window. */
    public long end() {
        return first + sentences.size();
    }
}
