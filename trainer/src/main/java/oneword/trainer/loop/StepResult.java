package oneword.trainer.loop;

/**
 * What one training step did.
 *
 * @param step number of the update, from 1
 * @param epoch pass over the data, from 0
 * @param loss before the update, mean over the batch's rows
 * @param learningRate of the update
 * @param gradientNorm global L2 norm before clipping
 * @param triples rows in the batch
 * @param tokens real tokens in the batch, padding not counted
 * @param seconds wall time of the step alone
 * @param applied whether the update was made; false where loss or gradients were not finite
 * @param overflow whether it was left out for no other reason than that fp16's loss scale was too high
 */
public record StepResult(
    long step,
    int epoch,
    double loss,
    double learningRate,
    double gradientNorm,
    int triples,
    long tokens,
    double seconds,
    boolean applied,
    boolean overflow) {
}
