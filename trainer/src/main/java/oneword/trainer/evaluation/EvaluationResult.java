package oneword.trainer.evaluation;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The scores of one model.
 *
 * @param scores one per task of graded pairs, each task once, in the order in which the tasks were given
 * @param transfer one per transfer task, likewise
 */
public record EvaluationResult(List<TaskScore> scores, List<TransferScore> transfer) {

    /** Refuses two scores for one task and keeps the lists as they are now. */
    public EvaluationResult {
        scores = List.copyOf(scores);
        transfer = List.copyOf(transfer);
        Set<String> names = new HashSet<>();
        Stream.concat(scores.stream().map(TaskScore::task), transfer.stream().map(TransferScore::task))
            .forEach(name -> {
                if (!names.add(name)) {
                    throw new IllegalArgumentException("two scores for " + name);
                }
            });
    }

    /**
     * Scores on graded pairs alone.
     *
     * @param scores one per task, each task once
     */
    public EvaluationResult(List<TaskScore> scores) {
        this(scores, List.of());
    }

    /**
     * The average of the correlations. If the seven STS sets ({@link TaskList#STS}) are all there it is the mean of
     * these seven, as papers print it, whatever else was scored; otherwise it is the mean of all tasks there are.
     *
     * @return × 100; NaN if one of the scores is not defined, or if there is none
     */
    public double average() {
        return averaged().stream().mapToDouble(TaskScore::spearman).average().orElse(Double.NaN);
    }

    /**
     * Whether all of the seven STS sets were scored, so that {@link #average()} is comparable with published ones.
     *
     * @return true if all seven are there
     */
    public boolean hasAllSts() {
        return TaskList.STS.stream().allMatch(name -> of(name).isPresent());
    }

    /**
     * The mean accuracy of the transfer tasks there are; of all seven, it is the one that papers print.
     *
     * @return × 100; NaN if there is none
     */
    public double transferAverage() {
        return transfer.stream().mapToDouble(TransferScore::accuracy).average().orElse(Double.NaN);
    }

    /**
     * Whether all of the seven transfer tasks were scored.
     *
     * @return true if all seven are there
     */
    public boolean hasAllTransfer() {
        return TaskList.TRANSFER.stream().allMatch(name -> ofTransfer(name).isPresent());
    }

    /**
     * The score of one transfer task.
     *
     * @param task its name
     * @return the score, or nothing if the task was not part of the evaluation
     */
    public Optional<TransferScore> ofTransfer(String task) {
        return transfer.stream().filter(score -> score.task().equals(task)).findFirst();
    }

    /**
     * The score of one task of graded pairs.
     *
     * @param task its name
     * @return the score, or nothing if the task was not part of the evaluation
     */
    public Optional<TaskScore> of(String task) {
        return scores.stream().filter(score -> score.task().equals(task)).findFirst();
    }

    private List<TaskScore> averaged() {
        if (!hasAllSts()) {
            return scores;
        }
        return scores.stream().filter(score -> TaskList.STS.contains(score.task())).toList();
    }
}
