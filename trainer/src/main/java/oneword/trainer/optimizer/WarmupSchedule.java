package oneword.trainer.optimizer;

import ai.djl.training.tracker.Tracker;

/**
 * Transformers' schedules with warm-up: {@code get_linear_schedule_with_warmup} and
 * {@code get_constant_schedule_with_warmup}.
 *
 * <p>The factor of update k, counted from 0, is k / warmup until the warm-up ends, so the first update moves nothing;
 * after it 1, or falling in a line to 0 at the last step.
 *
 * @param peak learning rate at the end of the warm-up
 * @param warmupSteps updates until the peak
 * @param totalSteps updates of the whole run
 * @param decays whether the rate falls after the warm-up
 */
public record WarmupSchedule(double peak, long warmupSteps, long totalSteps, boolean decays) implements Tracker {

    /**
     * Gives the learning rate of an update.
     *
     * @param update counted from 0
     */
    public double rate(long update) {
        return peak * factor(update);
    }

    private double factor(long update) {
        if (update < warmupSteps) {
            return (double) update / Math.max(1, warmupSteps);
        }
        if (!decays) {
            return 1;
        }
        return Math.max(0, (double) (totalSteps - update) / Math.max(1, totalSteps - warmupSteps));
    }

    /** The same in DJL's terms, which count updates from 1 and round to fp32. */
    @Override
    public float getNewValue(int numUpdate) {
        return (float) rate(numUpdate - 1L);
    }
}
