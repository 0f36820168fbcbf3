package oneword.data.nli;

/**
 * One row of training data.
 *
 * @param anchor the sentence that is compared
 * @param positive a sentence that means the same or follows from it
 * @param hardNegative a sentence that contradicts it, or null if the row has none
 */
public record Triple(String anchor, String positive, String hardNegative) {

    /**
     * Whether the row has a hard negative.
     *
     * @return false for a mere pair
     */
    public boolean hasHardNegative() {
        return hardNegative != null;
    }
}
