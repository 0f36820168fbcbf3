package oneword.trainer.evaluation;

import java.util.List;
import java.util.Locale;

/** Shows what training did to the neighbourhood of a few sentences: the nearest one before and after. */
public final class NeighbourTable {

    private NeighbourTable() {}

    /**
     * Prints three lines a sentence: the sentence, its nearest one before and after, with cosines.
     *
     * @param sentences n sentences
     * @param before {@link Neighbours#nearest} of their vectors before training
     * @param after the same after training
     * @param shown how many sentences are shown, from the first on; neighbours are looked for among all
     * @return lines, each ended by a line feed
     * @throws IllegalArgumentException if the three lists differ in length
     */
    public static String plain(List<String> sentences, List<Neighbour> before, List<Neighbour> after, int shown) {
        if (sentences.size() != before.size() || sentences.size() != after.size()) {
            throw new IllegalArgumentException(sentences.size() + " sentences, " + before.size()
                + " neighbours before, " + after.size() + " after");
        }
        StringBuilder text = new StringBuilder("Nearest of ").append(sentences.size()).append(" sentences\n");
        for (int i = 0; i < Math.min(shown, sentences.size()); i++) {
            text.append("  ").append(sentences.get(i)).append('\n');
            text.append("    untrained ").append(line(sentences, before.get(i)));
            text.append("    trained   ").append(line(sentences, after.get(i)));
        }
        return text.toString();
    }

    private static String line(List<String> sentences, Neighbour neighbour) {
        return String.format(Locale.ROOT, "%5.2f  %s\n", neighbour.cosine(), sentences.get(neighbour.neighbour()));
    }
}
