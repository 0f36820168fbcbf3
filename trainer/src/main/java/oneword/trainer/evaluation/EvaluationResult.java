package oneword.trainer.evaluation;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The scores of one model.
 *
 * @param scores one per task, each task once, in the order in which the tasks were given
 */
public record EvaluationResult(List<TaskScore> scores) {

    /** Refuses two scores for one task and keeps the list as it is now. */
    public EvaluationResult {
        scores = List.copyOf(scores);
        Set<String> names = new HashSet<>();
        for (TaskScore score : scores) {
            if (!names.add(score.task())) {
                throw new IllegalArgumentException("two scores for " + score.task());
            }
        }
    }

    /**
     * The average. If the seven STS sets ({@link TaskList#STS}) are all there it is the mean of these seven, as papers
     * print it, whatever else was scored; otherwise it is the mean of all tasks there are.
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
     * The score of one task.
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
