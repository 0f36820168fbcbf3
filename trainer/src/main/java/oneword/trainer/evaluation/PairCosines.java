package oneword.trainer.evaluation;

import oneword.data.sts.StsTask;

/** Hears the cosines behind a score. */
@FunctionalInterface
public interface PairCosines {

    /** Hears nothing. */
    PairCosines NONE = (task, cosines, score) -> { };

    /**
     * Called once a task, after it was scored.
     *
     * @param task the pairs
     * @param cosines [n], in the order of the pairs; the caller's own, to be read only
     * @param score what they gave
     */
    void scored(StsTask task, double[] cosines, TaskScore score);
}
