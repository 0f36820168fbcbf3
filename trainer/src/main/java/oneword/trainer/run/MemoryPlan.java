package oneword.trainer.run;

import oneword.trainer.config.RunConfig;
import oneword.trainer.hardware.Memory;
import oneword.trainer.loop.Keep;

/** How much of a batch a run begins to hold in memory. */
final class MemoryPlan {

    private MemoryPlan() {}

    /**
     * Chooses: {@code on} one micro-batch, {@code off} the whole batch, {@code auto} the whole batch where what it
     * keeps is expected to take less than half of what the machine has beside the weights. What is measured later may
     * lead to less, never to other gradients.
     *
     * @param plan of the run
     * @param batchTokens padded tokens of a batch
     */
    static Keep keep(RunPlan plan, long batchTokens) {
        RunConfig.Switch cache = plan.config().training().gradientCache();
        if (cache != RunConfig.Switch.AUTO) {
            return cache == RunConfig.Switch.ON ? Keep.MICRO_BATCH : Keep.BATCH;
        }
        long weights = plan.decoder().frozenParameters() * plan.precision().precision().bytes();
        long kept = batchTokens
            * plan.decoder().activationBytesPerToken(plan.precision().precision(), plan.lora());
        return kept <= (Memory.physical() - weights) / 2 ? Keep.BATCH : Keep.MICRO_BATCH;
    }

    /** The most tokens that a batch can have: every sentence as long as the prompt and the cut allow, roughly. */
    static long mostBatchTokens(RunPlan plan) {
        int rows = Math.min(plan.config().training().batchSize(), plan.triples().size());
        int template = plan.prompt().template().length() / 3;
        return 3L * rows * (plan.config().prompt().maxSentenceTokens() + template);
    }
}
