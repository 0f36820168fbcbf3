package oneword.trainer.evaluation;

/**
 * The score of one task.
 *
 * @param task its name
 * @param pairs how many pairs were scored
 * @param spearman Spearman's rank correlation of cosine and gold score × 100; NaN where it is not defined (fewer than
 *     two pairs, or all gold scores or all cosines equal)
 */
public record TaskScore(String task, int pairs, double spearman) {}
