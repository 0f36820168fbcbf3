package oneword.trainer.loop;

/**
 * What a step needs to know besides model, loss and optimiser.
 *
 * @param microBatchTokens padded tokens of one micro-batch, at most
 * @param maxGradientNorm global norm that gradients are clipped to; 0 means no clipping
 * @param seed of the run: dropout masks follow from it, the step and the micro-batch
 * @param keep what a step holds in memory to begin with
 * @param adapts whether a step that runs out of memory is done again with less in memory
 * @param sharePrefix whether the tokens that a micro-batch's sentences begin with are computed once
 */
public record StepSettings(int microBatchTokens, double maxGradientNorm, long seed, Keep keep, boolean adapts,
    boolean sharePrefix) {
}
