package oneword.trainer.demonstration;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import oneword.data.sts.StsProtocol;
import oneword.trainer.checkpoint.FileContent;
import oneword.trainer.checkpoint.Storage;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.TaskScore;
import oneword.trainer.evaluation.TextTable;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * Candidates from the best to the worst, the baseline above them. Scores are × 100; where one is not defined, the
 * candidate stands last.
 */
public final class Ranking {

    private static final int SENTENCE = 60;

    private final StsProtocol protocol;
    private final CandidateScore baseline;
    private final List<CandidateScore> ranked;

    /**
     * Ranks.
     *
     * @param protocol the form of the tasks
     * @param scores the baseline and at least one candidate, all scored on the same tasks; of equals, the earlier wins
     */
    public Ranking(StsProtocol protocol, List<CandidateScore> scores) {
        this.protocol = protocol;
        baseline = scores.stream().filter(score -> score.demonstration().isEmpty()).findFirst().orElseThrow();
        ranked = scores.stream().filter(score -> score.demonstration().isPresent())
            .sorted(Comparator.comparingDouble(
                (CandidateScore score) -> Double.isNaN(score.score()) ? Double.NEGATIVE_INFINITY : score.score())
                .reversed())
            .toList();
    }

    /** The candidates, the best first. */
    public List<CandidateScore> candidates() {
        return ranked;
    }

    /**
     * The top of the table for a terminal.
     *
     * @param rows how many candidates
     */
    public String plain(int rows) {
        TextTable table = table(ranked.subList(0, Math.min(rows, ranked.size())), SENTENCE);
        return protocol.description() + "\n" + table.plain();
    }

    /**
     * Refuses a file whose name does not end in .md, .csv or .json.
     *
     * @throws EvaluationException says which endings there are
     */
    public static void checkName(Path file) {
        ending(file);
    }

    /**
     * Writes the whole table, by the ending of the file's name as Markdown (.md), CSV (.csv, RFC 4180) or JSON (.json).
     *
     * @param file where to; an older one is replaced in one step, and folders on the way are made
     * @param about what the scores were made with, by name
     * @throws EvaluationException if the name has another ending or the file cannot be written
     */
    public void write(Path file, Map<String, String> about) {
        String text = switch (ending(file)) {
            case ".md" -> markdown(about);
            case ".csv" -> csv();
            default -> json(about);
        };
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Storage.files().replace(file, FileContent.of(text));
        } catch (IOException e) {
            throw new EvaluationException("cannot write the ranking to " + file + ": " + e.getClass().getSimpleName()
                + (e.getMessage() == null ? "" : " (" + e.getMessage() + ")"), e);
        }
    }

    private static String ending(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return List.of(".md", ".csv", ".json").stream().filter(name::endsWith).findFirst()
            .orElseThrow(() -> new EvaluationException("cannot tell the format of " + file
                + ": the name must end in .md (Markdown), .csv or .json"));
    }

    private String markdown(Map<String, String> about) {
        StringBuilder text = new StringBuilder("# Demonstrations\n\n");
        about.forEach((name, value) -> text.append("- ").append(name).append(": `").append(value).append("`\n"));
        return text.append('\n').append(protocol.description()).append("\n\n")
            .append(table(ranked, Integer.MAX_VALUE).markdown()).toString();
    }

    private TextTable table(List<CandidateScore> rows, int width) {
        List<String> tasks = baseline.result().scores().stream().map(TaskScore::task).toList();
        List<String> head = new ArrayList<>(List.of("sentence", "word", "rank"));
        head.addAll(tasks);
        if (tasks.size() > 1) {
            head.add("Avg.");
        }
        head.add("gain");
        TextTable table = new TextTable(2, head);
        table.add(cells("(no demonstration)", "", "-", baseline, "-"));
        for (int i = 0; i < rows.size(); i++) {
            Demonstration solved = rows.get(i).demonstration().orElseThrow();
            table.add(cells(TextTable.cut(solved.sentence(), width), solved.word(), String.valueOf(i + 1), rows.get(i),
                number("%+.2f", gain(rows.get(i)))));
        }
        return table;
    }

    private static List<String> cells(
        String sentence, String word, String rank, CandidateScore score, String gain) {
        List<String> cells = new ArrayList<>(List.of(sentence, word, rank));
        EvaluationResult result = score.result();
        result.scores().forEach(task -> cells.add(number("%.2f", task.spearman())));
        if (result.scores().size() > 1) {
            cells.add(number("%.2f", score.score()));
        }
        cells.add(gain);
        return cells;
    }

    private double gain(CandidateScore score) {
        return score.score() - baseline.score();
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "nan" : String.format(Locale.ROOT, format, value);
    }

    private String csv() {
        StringWriter text = new StringWriter();
        try {
            CSVPrinter csv = new CSVPrinter(text, CSVFormat.RFC4180.builder().setRecordSeparator('\n').get());
            List<String> tasks = baseline.result().scores().stream().map(TaskScore::task).toList();
            List<Object> head = new ArrayList<>(List.of("rank", "sentence", "word", "score", "gain"));
            csv.printRecord(with(head, tasks.size() > 1 ? tasks : List.of()));
            csv.printRecord(record("0", new Demonstration("", ""), baseline));
            for (int i = 0; i < ranked.size(); i++) {
                csv.printRecord(
                    record(String.valueOf(i + 1), ranked.get(i).demonstration().orElseThrow(), ranked.get(i)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private List<Object> record(String rank, Demonstration solved, CandidateScore score) {
        List<TaskScore> tasks = score.result().scores();
        return with(List.of(rank, solved.sentence(), solved.word(), number("%.4f", score.score()),
            number("%.4f", gain(score))),
            tasks.size() > 1 ? tasks.stream().map(task -> number("%.4f", task.spearman())).toList() : List.of());
    }

    private static List<Object> with(List<?> some, List<?> more) {
        List<Object> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private String json(Map<String, String> about) {
        ObjectNode root = new ObjectMapper().createObjectNode();
        about.forEach(root::put);
        root.put("protocol", protocol.id());
        put(root.putObject("baseline"), baseline);
        var list = root.putArray("ranking");
        for (int i = 0; i < ranked.size(); i++) {
            Demonstration solved = ranked.get(i).demonstration().orElseThrow();
            ObjectNode row = list.addObject().put("rank", i + 1)
                .put("sentence", solved.sentence()).put("word", solved.word());
            put(row, ranked.get(i));
            put(row, "gain", gain(ranked.get(i)));
        }
        return root.toPrettyString() + "\n";
    }

    private static void put(ObjectNode node, CandidateScore score) {
        put(node, "score", score.score());
        ObjectNode tasks = node.putObject("tasks");
        score.result().scores().forEach(task -> put(tasks, task.task(), task.spearman()));
    }

    private static void put(ObjectNode node, String key, double score) {
        if (Double.isNaN(score)) {
            node.putNull(key);
        } else {
            node.put(key, Math.round(score * 1e4) / 1e4);
        }
    }
}
