package oneword.trainer.evaluation;

/**
 * The score of one transfer task.
 *
 * @param task its name
 * @param examples how many examples were scored: those of the test part, with nested cross-validation all
 * @param accuracy × 100
 * @param devAccuracy × 100, the one by which the penalty was chosen
 * @param f1 F1 of class 1 × 100 for tasks of pairs; NaN for all others
 */
public record TransferScore(String task, int examples, double accuracy, double devAccuracy, double f1) {}
