package oneword.trainer.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Scores as the papers print them: one row per model, the columns STS12 to SICK-R and their average, other tasks (the
 * dev set, own files) to the right of it. Only columns that at least one row fills are shown.
 *
 * <pre>{@code
 * ScoreTable table = new ScoreTable()
 *     .row("untrained", before)
 *     .row("trained (step 300)", after)
 *     .gain("gain");
 * System.out.print(table.plain());
 * }</pre>
 */
public final class ScoreTable {

    /** What the numbers are. */
    public static final String PROTOCOL = "SentEval files, Spearman x 100, \"all\" setting";

    private static final int MAX_LABEL = 48;
    private static final int MAX_TASK = 24;
    private static final Map<String, String> SHORT =
        Map.of(TaskList.STS_BENCHMARK, "STS-B", TaskList.DEV, "STS-B dev");

    private final List<Row> rows = new ArrayList<>();

    /** A table without rows. */
    public ScoreTable() {}

    /**
     * Adds a model.
     *
     * @param label the row's name; longer ones than 48 columns are cut
     * @param result its scores
     * @return this table
     */
    public ScoreTable row(String label, EvaluationResult result) {
        rows.add(new Row(label, result, null));
        return this;
    }

    /**
     * Adds the difference between the last model's row and the first one, with signs, taken before rounding.
     *
     * @param label the row's name
     * @return this table
     * @throws IllegalStateException if there are fewer than two models
     */
    public ScoreTable gain(String label) {
        List<Row> models = rows.stream().filter(row -> row.baseline() == null).toList();
        if (models.size() < 2) {
            throw new IllegalStateException("a gain needs two rows, found " + models.size());
        }
        rows.add(new Row(label, models.get(models.size() - 1).result(), models.get(0).result()));
        return this;
    }

    /**
     * The table for a terminal: aligned, ASCII apart from the labels, with the protocol above it.
     *
     * @return lines, each ended by a line feed
     */
    public String plain() {
        return notes("") + table().plain();
    }

    /**
     * The table for a README: Markdown, with the protocol above it.
     *
     * @return lines, each ended by a line feed
     */
    public String markdown() {
        return notes("\n") + table().markdown();
    }

    private String notes(String after) {
        String average = rows.stream().allMatch(row -> row.result().hasAllSts() || row.result().scores().size() < 2)
            ? "" : "; Avg. of a row that lacks one of the seven STS sets is over what it has";
        return PROTOCOL + average + "\n" + after;
    }

    private TextTable table() {
        Set<String> present = new LinkedHashSet<>();
        rows.forEach(row -> row.result().scores().forEach(score -> present.add(score.task())));
        List<String> sts = TaskList.STS.stream().filter(present::contains).toList();
        List<String> others = present.stream().filter(task -> !TaskList.STS.contains(task)).toList();
        boolean all = rows.stream().anyMatch(row -> row.result().hasAllSts());
        boolean average = present.size() > 1;

        List<String> head = new ArrayList<>(List.of("model"));
        sts.forEach(task -> head.add(SHORT.getOrDefault(task, task)));
        List<String> tail = others.stream()
            .map(task -> TextTable.cut(SHORT.getOrDefault(task, task), MAX_TASK)).toList();
        addInOrder(head, tail, average ? "Avg." : null, all);
        TextTable table = new TextTable(1, head);
        for (Row row : rows) {
            List<String> cells = new ArrayList<>(List.of(TextTable.cut(row.label(), MAX_LABEL)));
            sts.forEach(task -> cells.add(row.cell(task)));
            List<String> last = others.stream().map(row::cell).toList();
            addInOrder(cells, last, average ? row.averageCell() : null, all);
            table.add(cells);
        }
        return table;
    }

    /** The average of the seven stands behind the seven, any other behind all that it is made of. */
    private static void addInOrder(List<String> cells, List<String> others, String average, boolean ofTheSeven) {
        if (average != null && ofTheSeven) {
            cells.add(average);
        }
        cells.addAll(others);
        if (average != null && !ofTheSeven) {
            cells.add(average);
        }
    }

    private record Row(String label, EvaluationResult result, EvaluationResult baseline) {

        String cell(String task) {
            OptionalDouble value = score(result, task);
            if (baseline == null) {
                return value.isPresent() ? number("%.2f", value.getAsDouble()) : "-";
            }
            OptionalDouble from = score(baseline, task);
            boolean both = value.isPresent() && from.isPresent();
            return both ? number("%+.2f", value.getAsDouble() - from.getAsDouble()) : "-";
        }

        String averageCell() {
            if (baseline == null) {
                return number("%.2f", result.average());
            }
            boolean comparable = names(result).equals(names(baseline))
                || result.hasAllSts() && baseline.hasAllSts();
            return comparable ? number("%+.2f", result.average() - baseline.average()) : "-";
        }

        private static Set<String> names(EvaluationResult result) {
            Set<String> names = new LinkedHashSet<>();
            result.scores().forEach(score -> names.add(score.task()));
            return names;
        }

        private static OptionalDouble score(EvaluationResult result, String task) {
            return result.of(task).stream().mapToDouble(TaskScore::spearman).findFirst();
        }

        private static String number(String format, double value) {
            return Double.isNaN(value) ? "nan" : String.format(Locale.ROOT, format, value);
        }
    }
}
