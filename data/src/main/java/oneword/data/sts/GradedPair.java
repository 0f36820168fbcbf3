package oneword.data.sts;

/**
 * Two sentences and how alike they are by human judgement.
 *
 * @param sentence1 the first, as the file has it
 * @param sentence2 the second
 * @param score the gold score; its scale is the file's, only the order counts
 */
public record GradedPair(String sentence1, String sentence2, double score) {
}
