package oneword.trainer.evaluation;

import java.util.List;
import java.util.Locale;

/** Shows what training did to the neighbourhood of a few sentences: the nearest one before and after. */
public final class NeighbourTable {

    private static final int MIN_COLUMN = 12;

    private NeighbourTable() {}

    /**
     * Prints one line per sentence: the sentence, its nearest one before and after, with cosines.
     *
     * @param sentences n sentences
     * @param before {@link Neighbours#nearest} of their vectors before training
     * @param after the same after training
     * @param width how many terminal columns a line may take; sentences are cut to fit, to no fewer than 12 columns
     *     each
     * @return lines, each ended by a line feed
     * @throws IllegalArgumentException if the three lists differ in length
     */
    public static String plain(List<String> sentences, List<Neighbour> before, List<Neighbour> after, int width) {
        if (sentences.size() != before.size() || sentences.size() != after.size()) {
            throw new IllegalArgumentException(sentences.size() + " sentences, " + before.size()
                + " neighbours before, " + after.size() + " after");
        }
        int column = Math.max(MIN_COLUMN, (width - 2 * "-0.00 ".length() - 2 * "  ".length()) / 3);
        TextTable table = new TextTable(3, List.of("sentence", "nearest before", "nearest after"));
        for (int i = 0; i < sentences.size(); i++) {
            table.add(List.of(TextTable.cut(sentences.get(i), column),
                cell(sentences, before.get(i), column), cell(sentences, after.get(i), column)));
        }
        return table.plain();
    }

    private static String cell(List<String> sentences, Neighbour neighbour, int column) {
        return String.format(Locale.ROOT, "%5.2f %s", neighbour.cosine(),
            TextTable.cut(sentences.get(neighbour.neighbour()), column));
    }
}
