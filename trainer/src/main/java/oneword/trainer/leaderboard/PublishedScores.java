package oneword.trainer.leaderboard;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * One row of a published table.
 *
 * @param id what a configuration calls it
 * @param label what the table calls it
 * @param source where it was published
 * @param scores Spearman × 100 by task; empty where only the average was published
 * @param average as it was printed
 */
public record PublishedScores(String id, String label, String source, Map<String, Double> scores, double average) {

    /** Keeps the scores as they are now. */
    public PublishedScores {
        scores = Map.copyOf(scores);
    }

    /** The score of a task, if it was published. */
    OptionalDouble of(String task) {
        return scores.containsKey(task) ? OptionalDouble.of(scores.get(task)) : OptionalDouble.empty();
    }
}
