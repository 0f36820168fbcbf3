package oneword.trainer.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import oneword.data.sts.StsProtocol;

/**
 * Scores as the papers print them: one row per model, the columns STS12 to SICK-R and their average, other tasks (the
 * dev set, own files) to the right of it; transfer tasks stand in a second table. Only columns that at least one row
 * fills are shown. Each table says above it which protocol its numbers follow.
 *
 * <pre>{@code
 * ScoreTable table = new ScoreTable(StsProtocol.SENTEVAL)
 *     .row("untrained", before)
 *     .row("trained (step 300)", after)
 *     .gain("gain");
 * System.out.print(table.plain());
 * }</pre>
 */
public final class ScoreTable {

    /** What the numbers of transfer tasks are. */
    public static final String TRANSFER_PROTOCOL = "SentEval transfer tasks, accuracy x 100, logistic regression";

    private static final int MAX_LABEL = 48;
    private static final int MAX_TASK = 24;
    private static final Map<String, String> SHORT =
        Map.of(TaskList.STS_BENCHMARK, "STS-B", TaskList.DEV, "STS-B dev");

    private final StsProtocol protocol;
    private final List<Row> rows = new ArrayList<>();

    /** A table without rows, of SentEval's files. */
    public ScoreTable() {
        this(StsProtocol.SENTEVAL);
    }

    /**
     * A table without rows.
     *
     * @param protocol the form of the STS sets that all rows were scored on
     */
    public ScoreTable(StsProtocol protocol) {
        this.protocol = protocol;
    }

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
     * The tables for a terminal: aligned, ASCII apart from the labels, with the protocol above each.
     *
     * @return lines, each ended by a line feed
     */
    public String plain() {
        return format("", TextTable::plain);
    }

    /**
     * The tables for a README: Markdown, with the protocol above each.
     *
     * @return lines, each ended by a line feed
     */
    public String markdown() {
        return format("\n", TextTable::markdown);
    }

    private String format(String after, Function<TextTable, String> form) {
        List<String> tables = new ArrayList<>();
        boolean transfer = rows.stream().anyMatch(row -> !row.result().transfer().isEmpty());
        if (!transfer || rows.stream().anyMatch(row -> !row.result().scores().isEmpty())) {
            boolean whole =
                rows.stream().allMatch(row -> row.result().hasAllSts() || row.result().scores().size() < 2);
            tables.add(protocol.description()
                + (whole ? "" : "; Avg. of a row that lacks one of the seven STS sets is over what it has") + "\n"
                + after + form.apply(table()));
        }
        if (transfer) {
            boolean whole =
                rows.stream().allMatch(row -> row.result().hasAllTransfer() || row.result().transfer().size() < 2);
            tables.add(TRANSFER_PROTOCOL + (whole ? "" : "; Avg. over the tasks a row has") + "\n" + after
                + form.apply(transferTable()));
        }
        return String.join("\n", tables);
    }

    private TextTable transferTable() {
        List<String> tasks = TaskList.TRANSFER.stream()
            .filter(task -> rows.stream().anyMatch(row -> row.result().ofTransfer(task).isPresent())).toList();
        List<String> head = new ArrayList<>(List.of("model"));
        head.addAll(tasks);
        if (tasks.size() > 1) {
            head.add("Avg.");
        }
        TextTable table = new TextTable(1, head);
        for (Row row : rows) {
            List<String> cells = new ArrayList<>(List.of(TextTable.cut(row.label(), MAX_LABEL)));
            tasks.forEach(task -> cells.add(row.transferCell(task)));
            if (tasks.size() > 1) {
                cells.add(row.transferAverageCell());
            }
            table.add(cells);
        }
        return table;
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
            return cell(each -> each.of(task).stream().mapToDouble(TaskScore::spearman).findFirst());
        }

        String transferCell(String task) {
            return cell(each -> each.ofTransfer(task).stream().mapToDouble(TransferScore::accuracy).findFirst());
        }

        String transferAverageCell() {
            if (result.transfer().isEmpty()) {
                return "-";
            }
            if (baseline == null) {
                return number("%.2f", result.transferAverage());
            }
            return transferNames(result).equals(transferNames(baseline))
                ? number("%+.2f", result.transferAverage() - baseline.transferAverage()) : "-";
        }

        private static Set<String> transferNames(EvaluationResult result) {
            return result.transfer().stream().map(TransferScore::task).collect(Collectors.toSet());
        }

        private String cell(Function<EvaluationResult, OptionalDouble> score) {
            OptionalDouble value = score.apply(result);
            if (baseline == null) {
                return value.isPresent() ? number("%.2f", value.getAsDouble()) : "-";
            }
            OptionalDouble from = score.apply(baseline);
            boolean both = value.isPresent() && from.isPresent();
            return both ? number("%+.2f", value.getAsDouble() - from.getAsDouble()) : "-";
        }

        String averageCell() {
            if (result.scores().isEmpty()) {
                return "-";
            }
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

        private static String number(String format, double value) {
            return Double.isNaN(value) ? "nan" : String.format(Locale.ROOT, format, value);
        }
    }
}
