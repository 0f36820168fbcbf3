package oneword.trainer.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import oneword.data.sts.StsTask;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.evaluation.Cosine;
import oneword.trainer.evaluation.TaskList;

/**
 * {@code report.json}: what the report shows and no other file of a run holds.
 *
 * <pre>{@code
 * {"format_version": 1, "steps": 900,
 *  "model": {"parameters": 125239296, "trainable_parameters": 9437184}, "data": {"rows": 21600},
 *  "sessions": [{"oneword": "0.1.0", "process": {"id": 4711, "started": "…"}, "started": "…", "from_step": 0,
 *                "ended": "…", "to_step": 900, "outcome": "finished", "message": "…", "peak_memory_bytes": …}],
 *  "pairs": {"STSBenchmark-dev": {"n": 1500, "gold": […], "before": {"step": 0, "spearman": 43.2, "cosine": […]},
 *                                 "after": {…}}},
 *  "sentences": {"texts": […], "before": {"step": 0, "cosine": [[…]], "nearest": [{"text": "…", "cosine": 0.96}]},
 *                "after": {…}}}
 * }</pre>
 *
 * <p>A session is one process that worked on the run; {@code ended} and what follows are absent while it works and
 * where it was killed. Numbers that are not finite are null. The file is replaced as a whole by {@link #save}; a file
 * that cannot be read is begun anew, since nothing of the training depends on it.
 */
public final class RunJournal {

    /** The file's name in a run's folder. */
    public static final String FILE_NAME = "report.json";

    /** Sentences whose similarities are kept where a run names none of its own. */
    public static final List<String> SAMPLE = ResourceText.read("sentences.txt").lines().toList();

    private static final int VERSION = 1;
    private static final int MOST_SENTENCES = 24;
    private static final int MOST_PAIRS = 3000;
    private static final int MOST_TASKS = 2;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunFolder folder;
    private final Path file;
    private final ObjectNode root;
    private List<String> drawn = List.of();

    /** Which model a number belongs to. */
    public enum Side {
        /** The untrained model. */
        BEFORE,
        /** The best checkpoint so far. */
        AFTER;

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How a session ended. */
    public enum Outcome {
        /** All steps are done and tested. */
        FINISHED,
        /** It was asked to stop. */
        STOPPED,
        /** It could not go on. */
        FAILED;

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What is known of a run before its first step.
     *
     * @param oneword version of this program
     * @param parameters frozen numbers of the model
     * @param trainable numbers in the adapter
     * @param rows of the training data
     * @param steps updates of the whole run
     * @param tasks all that are scored, the selecting one first
     */
    public record Facts(String oneword, long parameters, long trainable, int rows, long steps, List<StsTask> tasks) {}

    /**
     * Opens the journal of a run, with what earlier sessions wrote.
     *
     * @param folder held by this process
     */
    public RunJournal(RunFolder folder) {
        this.folder = folder;
        this.file = folder.path().resolve(FILE_NAME);
        this.root = read(file);
    }

    /**
     * Begins a session.
     *
     * @param facts of the run
     * @param fromStep updates already done
     */
    public void begin(Facts facts, long fromStep) {
        root.put("format_version", VERSION).put("steps", facts.steps());
        root.putObject("model").put("parameters", facts.parameters()).put("trainable_parameters", facts.trainable());
        root.putObject("data").put("rows", facts.rows());
        drawn = drawn(facts.tasks());
        ObjectNode session = root.withArray("sessions").addObject().put("oneword", facts.oneword());
        ProcessHandle process = ProcessHandle.current();
        session.putObject("process").put("id", process.pid())
            .put("started", process.info().startInstant().map(Instant::toString).orElse(null));
        session.put("started", now()).put("from_step", fromStep);
        save();
    }

    /**
     * Keeps the cosines behind a score, of at most {@value #MOST_PAIRS} pairs spread over the task. Tasks that the
     * report does not draw are passed over: it draws STS-B's sets, or, where a run has neither, its first two tasks.
     *
     * @param side whose cosines they are
     * @param step of that model
     * @param task that was scored
     * @param cosines [n], in the order of the pairs
     * @param spearman the score × 100
     */
    public void scored(Side side, long step, StsTask task, double[] cosines, double spearman) {
        if (!drawn.contains(task.name())) {
            return;
        }
        int kept = Math.min(MOST_PAIRS, cosines.length);
        ObjectNode node = root.withObjectProperty("pairs").withObjectProperty(task.name());
        ArrayNode gold = node.put("n", cosines.length).putArray("gold");
        ObjectNode part = node.putObject(side.key()).put("step", step);
        put(part, "spearman", spearman, 1e4);
        ArrayNode values = part.putArray("cosine");
        for (int i = 0; i < kept; i++) {
            int pair = (int) ((long) i * cosines.length / kept);
            add(gold, task.pairs().get(pair).score(), 1e4);
            add(values, cosines[pair], 1e6);
        }
    }

    /**
     * Keeps the similarities of the first {@value #MOST_SENTENCES} sentences, and which one of all is nearest to each
     * of them.
     *
     * @param side whose vectors they are
     * @param step of that model
     * @param sentences n
     * @param vectors [n, d]
     */
    public void sentences(Side side, long step, List<String> sentences, float[][] vectors) {
        int kept = Math.min(MOST_SENTENCES, sentences.size());
        ObjectNode node = root.withObjectProperty("sentences");
        ArrayNode texts = node.putArray("texts");
        sentences.subList(0, kept).forEach(texts::add);
        ObjectNode part = node.putObject(side.key()).put("step", step);
        ArrayNode matrix = part.putArray("cosine");
        ArrayNode nearest = part.putArray("nearest");
        for (int i = 0; i < kept; i++) {
            ArrayNode row = matrix.addArray();
            int best = -1;
            double highest = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < sentences.size(); j++) {
                double cosine = Cosine.of(vectors[i], vectors[j]);
                if (j < kept) {
                    add(row, cosine, 1e4);
                }
                if (j != i && cosine > highest) {
                    highest = cosine;
                    best = j;
                }
            }
            ObjectNode neighbour = nearest.addObject().put("text", best < 0 ? null : sentences.get(best));
            put(neighbour, "cosine", highest, 1e4);
        }
    }

    /**
     * Ends the session.
     *
     * @param outcome how
     * @param step updates done
     * @param message why, where it failed
     * @param peakMemory the most that the process held, in bytes
     */
    public void end(Outcome outcome, long step, Optional<String> message, OptionalLong peakMemory) {
        ArrayNode sessions = root.withArray("sessions");
        ObjectNode session = (ObjectNode) sessions.get(sessions.size() - 1);
        session.put("ended", now()).put("to_step", step).put("outcome", outcome.key());
        message.ifPresent(text -> session.put("message", text));
        peakMemory.ifPresent(bytes -> session.put("peak_memory_bytes", bytes));
        save();
    }

    /** Replaces the file. */
    public void save() {
        try {
            folder.write(file, JSON.writeValueAsString(root) + "\n");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode read(Path file) {
        try {
            if (Files.isRegularFile(file) && JSON.readTree(Files.readString(file)) instanceof ObjectNode object
                && object.path("format_version").asInt() == VERSION) {
                return sound(object);
            }
            return JSON.createObjectNode();
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode();
        } catch (IOException e) {
            throw new ReportException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Without the parts that are not what a journal has there. */
    private static ObjectNode sound(ObjectNode journal) {
        if (!journal.path("sessions").isArray()) {
            journal.remove("sessions");
        }
        if (!journal.path("sentences").isObject()) {
            journal.remove("sentences");
        }
        JsonNode pairs = journal.path("pairs");
        if (!pairs.isObject() || pairs.properties().stream().anyMatch(task -> !task.getValue().isObject())) {
            journal.remove("pairs");
        }
        return journal;
    }

    private static List<String> drawn(List<StsTask> tasks) {
        List<String> names = tasks.stream().map(StsTask::name).distinct().toList();
        List<String> benchmark =
            List.of(TaskList.DEV, TaskList.STS_BENCHMARK).stream().filter(names::contains).toList();
        return benchmark.isEmpty() ? names.subList(0, Math.min(MOST_TASKS, names.size())) : benchmark;
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static void add(ArrayNode array, double value, double scale) {
        if (Double.isFinite(value)) {
            array.add(Math.round(value * scale) / scale);
        } else {
            array.addNull();
        }
    }

    private static void put(ObjectNode node, String key, double value, double scale) {
        if (Double.isFinite(value)) {
            node.put(key, Math.round(value * scale) / scale);
        } else {
            node.putNull(key);
        }
    }
}
