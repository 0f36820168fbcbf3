package oneword.trainer.demonstration;

import java.util.Optional;
import oneword.trainer.evaluation.EvaluationResult;

/**
 * What a candidate came to.
 *
 * @param demonstration the candidate; empty for the bare prompt, the baseline
 * @param result its scores, × 100
 */
public record CandidateScore(Optional<Demonstration> demonstration, EvaluationResult result) {

    /** The number that ranks: the score of the one task, or the average of several; NaN where it is not defined. */
    public double score() {
        return result.average();
    }
}
