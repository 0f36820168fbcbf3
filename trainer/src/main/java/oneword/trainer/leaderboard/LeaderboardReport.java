package oneword.trainer.leaderboard;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import oneword.data.sts.StsProtocol;
import oneword.trainer.evaluation.TaskList;

/**
 * A leaderboard with all that one must know to compare it with another.
 *
 * @param date when it was made
 * @param protocol form of the STS sets
 * @param device where the models ran
 * @param versions of oneword, pytorch, djl and java
 * @param columns the tasks, in the order of the table
 * @param rows the entries, in the order of the configuration
 * @param references published rows that stand in the table by themselves
 */
public record LeaderboardReport(Instant date, StsProtocol protocol, String device, Map<String, String> versions,
                                List<Column> columns, List<Row> rows, List<PublishedScores> references) {

    /** Keeps everything as it is now. */
    public LeaderboardReport {
        versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
        references = List.copyOf(references);
    }

    /** The columns of graded pairs. */
    List<Column> similarity() {
        return columns.stream().filter(column -> !column.isTransfer()).toList();
    }

    /** The columns of transfer tasks. */
    List<Column> transfer() {
        return columns.stream().filter(Column::isTransfer).toList();
    }

    /** Whether the scores follow the protocol of the published ones, SentEval's. */
    public boolean isComparable() {
        return protocol == StsProtocol.SENTEVAL;
    }

    /** The published score that stands beside a row's. */
    OptionalDouble published(Row row, String task) {
        return row.published().map(published -> published.of(task)).orElse(OptionalDouble.empty());
    }

    /** The published average that stands beside a row's. */
    OptionalDouble publishedAverage(Row row) {
        return row.published().stream().mapToDouble(PublishedScores::average).findFirst();
    }

    /** Ours minus the published one; empty where one is missing or they do not compare. */
    OptionalDouble difference(Row row, String task) {
        return difference(row.score(task), published(row, task));
    }

    /** Our average of the seven STS sets minus the published one; empty where one is missing or they do not compare. */
    OptionalDouble differenceOfAverages(Row row) {
        return difference(row.averageOfTheSeven(), publishedAverage(row));
    }

    private OptionalDouble difference(OptionalDouble ours, OptionalDouble theirs) {
        boolean both = isComparable() && ours.isPresent() && theirs.isPresent();
        return both ? OptionalDouble.of(ours.getAsDouble() - theirs.getAsDouble()) : OptionalDouble.empty();
    }

    /** Whether the seven STS sets, over which published averages are, are all among the columns. */
    boolean hasAllSts() {
        return columns.stream().map(Column::task).toList().containsAll(TaskList.STS);
    }

    /** Whether every entry has its scores. */
    public boolean isComplete() {
        return rows.stream().allMatch(row -> row.failure().isEmpty());
    }
}
