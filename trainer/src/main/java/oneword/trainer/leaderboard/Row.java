package oneword.trainer.leaderboard;

import java.util.Optional;
import java.util.OptionalDouble;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.TaskScore;
import oneword.trainer.evaluation.TransferScore;

/**
 * One entry of a leaderboard.
 *
 * @param name what the table calls it
 * @param facts what was scored; empty where it was not found
 * @param result scores × 100 of all tasks; empty where the entry failed
 * @param failure why there are none, one or several lines; empty where there are
 * @param published the published row to compare with, if one was named
 * @param speed what the vectors cost; empty where the entry failed
 */
public record Row(String name, Optional<Facts> facts, Optional<EvaluationResult> result, Optional<String> failure,
                  Optional<PublishedScores> published, Optional<Speed> speed) {

    /**
     * What was scored.
     *
     * @param model folder or hub id of the base model
     * @param revision commit in Hugging Face's cache, or what the entry asked for
     * @param adapter folder of the adapter
     * @param prompt template with the demonstration
     * @param precision type of the frozen weights
     * @param vectors hash of all that decides a vector: files, prompt, precision, device and versions
     * @param origin the run that the adapter comes from
     */
    public record Facts(String model, String revision, Optional<String> adapter, String prompt, String precision,
                        String vectors, Optional<TrainingOrigin> origin) {}

    /**
     * What the vectors cost when they were made, today or by an earlier leaderboard.
     *
     * @param embedded sentences that went through the model
     * @param seconds wall time of these
     * @param shortened how many of them were longer than the model takes and were cut
     */
    public record Speed(long embedded, double seconds, int shortened) {

        /** Sentences a second; empty where no time was measured. */
        public OptionalDouble rate() {
            return seconds > 0 ? OptionalDouble.of(embedded / seconds) : OptionalDouble.empty();
        }
    }

    static Row failed(String name, Optional<Facts> facts, String reason, Optional<PublishedScores> published) {
        return new Row(name, facts, Optional.empty(), Optional.of(reason), published, Optional.empty());
    }

    /** A score × 100; empty where there is none or it is not defined. */
    OptionalDouble score(String task) {
        return result.flatMap(scores -> scores.of(task).map(TaskScore::spearman)
            .or(() -> scores.ofTransfer(task).map(TransferScore::accuracy))).stream()
            .mapToDouble(Double::doubleValue).filter(Double::isFinite).findFirst();
    }

    /** The average of the correlations × 100, see {@link EvaluationResult#average()}. */
    OptionalDouble average() {
        return result.stream().mapToDouble(EvaluationResult::average).filter(Double::isFinite).findFirst();
    }

    /** The mean accuracy of the transfer tasks × 100. */
    OptionalDouble transferAverage() {
        return result.stream().mapToDouble(EvaluationResult::transferAverage).filter(Double::isFinite).findFirst();
    }

    /** The average where it is that of the seven STS sets, the only one that published ones compare with. */
    OptionalDouble averageOfTheSeven() {
        return result.filter(EvaluationResult::hasAllSts).isPresent() ? average() : OptionalDouble.empty();
    }
}
