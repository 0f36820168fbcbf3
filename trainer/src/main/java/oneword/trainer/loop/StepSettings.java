package oneword.trainer.loop;

/**
 * What a step needs to know besides model, loss and optimiser.
 *
 * @param microBatchTokens padded tokens of one micro-batch, at most
 * @param maxGradientNorm global norm that gradients are clipped to; 0 means no clipping
 * @param seed of the run: dropout masks follow from it, the step and the micro-batch
 * @param graphBudget bytes that one graph over the whole batch may take; a batch beyond it is computed with a gradient
 *     cache. 0 always uses the cache, Long.MAX_VALUE never
 */
public record StepSettings(int microBatchTokens, double maxGradientNorm, long seed, long graphBudget) {
}
