package oneword.trainer.classifier;

/**
 * How well vectors tell classes apart.
 *
 * @param accuracy on test examples × 100
 * @param devAccuracy the accuracy × 100 by which the penalty was chosen
 * @param f1 F1 of class 1 on test examples × 100; NaN for nested cross-validation
 */
public record Outcome(double accuracy, double devAccuracy, double f1) {}
