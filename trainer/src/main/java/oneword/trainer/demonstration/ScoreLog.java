package oneword.trainer.demonstration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.TaskScore;

/**
 * The scores as they come, so that an interrupted search can go on: JSON lines, UTF-8. The first line is
 * <code>{"settings": {"model": "…", …}}</code>, each further one a candidate:
 *
 * <pre>{@code
 * {"sentence": "A man is smoking.", "word": "Smoking", "tasks": {"STSBenchmark-dev": {"n": 1500, "spearman": 72.61}}}
 * }</pre>
 *
 * <p>The baseline has neither sentence nor word; a score that is not defined is {@code null}. A last line that was torn
 * by a crash is dropped.
 */
public final class ScoreLog implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private final FileChannel channel;
    private final Map<Optional<Demonstration>, CandidateScore> scores = new LinkedHashMap<>();

    private ScoreLog(Path file) throws IOException {
        this.file = file;
        Files.createDirectories(file.toAbsolutePath().getParent());
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /**
     * Opens a log.
     *
     * @param file where it is; folders on the way to it are made
     * @param settings what the scores depend on, by name; a log that is gone on with must have been begun with the same
     * @param resume whether to go on with what stands there; else it is dropped
     * @param told hears what the user should know
     * @throws EvaluationException if it cannot be read or written, or was begun with other settings
     */
    public static ScoreLog open(Path file, Map<String, String> settings, boolean resume, Consumer<String> told) {
        ScoreLog log = null;
        boolean opened = false;
        try {
            log = new ScoreLog(file);
            log.start(settings, resume, told);
            opened = true;
            return log;
        } catch (IOException e) {
            throw failed(file, e);
        } finally {
            if (log != null && !opened) {
                log.close();
            }
        }
    }

    private void start(Map<String, String> settings, boolean resume, Consumer<String> told) throws IOException {
        lock();
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.UTF_8);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        if (resume && !whole.isEmpty()) {
            List<String> lines = whole.lines().toList();
            check(settings, parse(lines.get(0), 1).path("settings"));
            for (int i = 1; i < lines.size(); i++) {
                CandidateScore score = score(parse(lines.get(i), i + 1), i + 1);
                scores.put(score.demonstration(), score);
            }
            long end = whole.getBytes(StandardCharsets.UTF_8).length;
            channel.truncate(end).position(end);
            told.accept("going on behind " + scores.size() + " candidates that are scored in " + file);
            return;
        }
        if (resume) {
            told.accept("nothing was left to resume: beginning with the first candidate");
        } else if (whole.lines().count() > 1) {
            told.accept("beginning again: " + (whole.lines().count() - 1) + " scores in " + file
                + ", which --resume would have gone on with, are dropped");
        }
        channel.truncate(0);
        ObjectNode first = JSON.createObjectNode();
        settings.forEach(first.putObject("settings")::put);
        write(first);
    }

    private void lock() throws IOException {
        boolean locked;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            locked = false;
        }
        if (!locked) {
            throw new EvaluationException(
                file + " is being written by another process; wait until it has ended, or give another --output");
        }
    }

    private void check(Map<String, String> wanted, JsonNode found) {
        if (!found.isObject()) {
            throw new EvaluationException(file + ", line 1: no settings: no log of scores. Give another --output.");
        }
        Set<String> names = new LinkedHashSet<>(wanted.keySet());
        found.fieldNames().forEachRemaining(names::add);
        List<String> differences = new ArrayList<>();
        for (String name : names) {
            String before = found.path(name).asText("not given");
            String now = wanted.getOrDefault(name, "not given");
            if (!before.equals(now)) {
                differences.add("  " + name + ": was " + before + ", is " + now);
            }
        }
        if (!differences.isEmpty()) {
            throw new EvaluationException(file + ": scores made with other settings do not compare:\n"
                + String.join("\n", differences) + "\nGive them as they were, or begin again without --resume.");
        }
    }

    private JsonNode parse(String line, int number) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw damaged(number, e.getOriginalMessage(), e);
        }
    }

    private CandidateScore score(JsonNode row, int number) {
        List<TaskScore> tasks = new ArrayList<>();
        row.path("tasks").properties().forEach(task -> {
            JsonNode spearman = task.getValue().path("spearman");
            tasks.add(new TaskScore(task.getKey(), task.getValue().path("n").asInt(),
                spearman.isNumber() ? spearman.doubleValue() : Double.NaN));
        });
        if (tasks.isEmpty() || row.has("sentence") != row.has("word")) {
            throw damaged(number, "a sentence, a word and tasks are expected, found " + row, null);
        }
        Optional<Demonstration> demonstration = row.has("sentence")
            ? Optional.of(new Demonstration(row.get("sentence").asText(), row.get("word").asText())) : Optional.empty();
        return new CandidateScore(demonstration, new EvaluationResult(tasks));
    }

    private EvaluationException damaged(int line, String found, Exception cause) {
        return new EvaluationException(file + ", line " + line + ": damaged: " + found
            + ". Remove the line, or begin again without --resume.", cause);
    }

    /** The candidate's score, if it is there already. */
    public Optional<CandidateScore> of(Optional<Demonstration> demonstration) {
        return Optional.ofNullable(scores.get(demonstration));
    }

    /**
     * Writes a score and makes it durable.
     *
     * @throws EvaluationException if it cannot be written
     */
    public void add(CandidateScore score) {
        ObjectNode row = JSON.createObjectNode();
        score.demonstration().ifPresent(
            demonstration -> row.put("sentence", demonstration.sentence()).put("word", demonstration.word()));
        ObjectNode tasks = row.putObject("tasks");
        for (TaskScore task : score.result().scores()) {
            ObjectNode node = tasks.putObject(task.task()).put("n", task.pairs());
            if (Double.isNaN(task.spearman())) {
                node.putNull("spearman");
            } else {
                node.put("spearman", task.spearman());
            }
        }
        try {
            write(row);
        } catch (IOException e) {
            throw failed(file, e);
        }
        scores.put(score.demonstration(), score);
    }

    private void write(ObjectNode row) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((JSON.writeValueAsString(row) + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(false);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static EvaluationException failed(Path file, IOException e) {
        return new EvaluationException("cannot keep scores in " + file + ": " + e.getClass().getSimpleName()
            + (e.getMessage() == null ? "" : " (" + e.getMessage() + ")"), e);
    }
}
