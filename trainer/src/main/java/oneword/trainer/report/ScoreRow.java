package oneword.trainer.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import oneword.trainer.evaluation.TaskList;

/**
 * One task of {@code results.json} before and after.
 *
 * @param task its name
 * @param n how many pairs or examples; 0 where that is not told
 * @param before score × 100 of the untrained model; NaN where there is none
 * @param after score of the best checkpoint; NaN where there is none
 * @param isMean whether this is the mean of the rows above it
 */
record ScoreRow(String task, long n, double before, double after, boolean isMean) {

    private static final Map<String, String> SHORT =
        Map.of(TaskList.STS_BENCHMARK, "STS-B", TaskList.DEV, "STS-B dev");

    /** The name as papers print it. */
    String label() {
        return SHORT.getOrDefault(task, task);
    }

    /** A measure for people, such as {@code Spearman × 100}. */
    static String measureName(String measure) {
        return measure.substring(0, 1).toUpperCase(Locale.ROOT) + measure.substring(1).replace('_', ' ') + " × 100";
    }

    /**
     * Reads the tables of a run: one for each measure, such as {@code spearman}; the seven STS sets and their mean come
     * first.
     *
     * @param results {@code results.json}: before and after, each with tasks
     * @return rows by measure; empty where nothing was scored
     */
    static Map<String, List<ScoreRow>> read(JsonNode results) {
        Map<String, List<ScoreRow>> tables = new LinkedHashMap<>();
        JsonNode before = results.path("before").path("tasks");
        JsonNode after = results.path("after").path("tasks");
        Set<String> names = new LinkedHashSet<>(TaskList.STS);
        before.fieldNames().forEachRemaining(names::add);
        after.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            JsonNode either = after.has(name) ? after.get(name) : before.path(name);
            String measure = measure(either);
            if (!measure.isEmpty()) {
                tables.computeIfAbsent(measure, key -> new ArrayList<>()).add(new ScoreRow(name,
                    either.path("n").asLong(), RunHistory.number(before.path(name).path(measure)),
                    RunHistory.number(after.path(name).path(measure)), false));
            }
        }
        tables.replaceAll((measure, rows) -> withMean(rows));
        return tables;
    }

    /** A task's score is the field that is not a count; {@code null} is a score that is not defined. */
    private static String measure(JsonNode task) {
        if (task.has("spearman")) {
            return "spearman";
        }
        if (task.has("accuracy")) {
            return "accuracy";
        }
        return task.properties().stream().filter(field -> field.getValue().isFloatingPointNumber())
            .map(Map.Entry::getKey).findFirst().orElse("");
    }

    private static List<ScoreRow> withMean(List<ScoreRow> rows) {
        List<ScoreRow> sts = rows.stream().filter(row -> TaskList.STS.contains(row.task())).toList();
        List<ScoreRow> averaged = sts.size() == TaskList.STS.size() ? sts : rows;
        List<ScoreRow> all = new ArrayList<>(rows);
        if (averaged.size() > 1) {
            all.add(averaged.size(), new ScoreRow("Avg.", averaged.size(),
                averaged.stream().mapToDouble(ScoreRow::before).average().orElse(Double.NaN),
                averaged.stream().mapToDouble(ScoreRow::after).average().orElse(Double.NaN), true));
        }
        return all;
    }
}
