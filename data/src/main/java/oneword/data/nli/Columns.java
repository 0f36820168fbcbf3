package oneword.data.nli;

import oneword.data.DataException;

/**
 * The names of the columns (CSV, TSV) or keys (JSONL) that hold a triple.
 *
 * @param anchor column of the anchor
 * @param positive column of the positive
 * @param hardNegative column of the hard negative; null or empty if there is none to be read
 */
public record Columns(String anchor, String positive, String hardNegative) {

    /** The names in SimCSE's nli_for_simcse.csv: sent0, sent1, hard_neg. */
    public static final Columns DEFAULT = new Columns("sent0", "sent1", "hard_neg");

    /**
     * Checks the names.
     *
     * @throws DataException if a needed name is missing or a name stands for two columns
     */
    public Columns {
        if (anchor == null || anchor.isBlank() || positive == null || positive.isBlank()) {
            throw new DataException("data.columns must name a column for the anchor and one for the positive; found '"
                + anchor + "' and '" + positive + "'.");
        }
        if (hardNegative != null && hardNegative.isBlank()) {
            hardNegative = null;
        }
        if (anchor.equals(positive) || anchor.equals(hardNegative) || positive.equals(hardNegative)) {
            throw new DataException("data.columns names one column twice: anchor '" + anchor + "', positive '"
                + positive + "', hard negative '" + hardNegative + "'. Each needs a column of its own.");
        }
    }
}
