package oneword.data.nli;

import java.util.List;

/**
 * Labelled pairs as read, and how many rows were left out.
 *
 * @param pairs the pairs in file order
 * @param withoutGoldLabel rows left out because their annotators did not agree (label {@code -}, {@code -1} or empty)
 * @param empty rows left out because their premise or hypothesis is blank
 */
public record NliPairs(List<NliPair> pairs, int withoutGoldLabel, int empty) {
}
