package oneword.trainer.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The file of {@code evaluate --output}, UTF-8 JSON:
 *
 * <pre>{@code
 * {"tasks": {"STS12": {"n": 3108, "spearman": 62.2213}, …,
 *            "MR": {"n": 10662, "accuracy": 81.25, "dev_accuracy": 81.6}, …, "MRPC": {…, "f1": 80.1}},
 *  "average": 67.4571, "transfer_average": 80.12, "model": "…", "adapter": "…", "prompt": "…",
 *  "protocol": "senteval", "sentences": 26384, "seconds": 51.2, "versions": {"oneword": "0.1.0", …}}
 * }</pre>
 *
 * <p>Scores and averages are × 100, rounded to four decimals, {@code null} where a correlation is not defined. The keys
 * {@code average} (of correlations), {@code transfer_average} (of accuracies), {@code adapter}, {@code sentences},
 * {@code seconds} and {@code versions} are absent where there is nothing to say. {@code protocol} is {@code senteval}
 * or {@code mteb}, the form of the STS sets. A reader needs {@code tasks} and takes the rest as optional; keys it does
 * not know it passes over.
 */
public final class ResultsJson {

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ResultsJson() {}

    /**
     * Writes a report: first next to the file, then renamed, so that the file is either old or whole. Folders on the
     * way are made.
     *
     * @param file where to; an older file is replaced
     * @param report what to write
     * @throws EvaluationException if the file cannot be written
     */
    public static void write(Path file, EvaluationReport report) {
        Path target = file.toAbsolutePath();
        Path unfinished = target.resolveSibling("." + target.getFileName() + ".unfinished");
        try {
            Files.createDirectories(target.getParent());
            Files.writeString(unfinished, format(report));
            Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new EvaluationException("cannot write the results to " + target + ": " + reason(e), e);
        }
    }

    /**
     * The text of a results file.
     *
     * @param report what to write
     * @return JSON that ends in a line feed
     */
    public static String format(EvaluationReport report) {
        ObjectNode root = MAPPER.createObjectNode();
        ObjectNode tasks = root.putObject("tasks");
        for (TaskScore score : report.result().scores()) {
            ObjectNode task = tasks.putObject(score.task()).put("n", score.pairs());
            put(task, "spearman", score.spearman());
        }
        for (TransferScore score : report.result().transfer()) {
            ObjectNode task = tasks.putObject(score.task()).put("n", score.examples());
            put(task, "accuracy", score.accuracy());
            put(task, "dev_accuracy", score.devAccuracy());
            if (!Double.isNaN(score.f1())) {
                put(task, "f1", score.f1());
            }
        }
        if (!report.result().scores().isEmpty()) {
            put(root, "average", report.result().average());
        }
        if (!report.result().transfer().isEmpty()) {
            put(root, "transfer_average", report.result().transferAverage());
        }
        root.put("model", report.model());
        report.adapter().ifPresent(adapter -> root.put("adapter", adapter));
        root.put("prompt", report.prompt());
        root.put("protocol", report.protocol());
        report.sentences().ifPresent(sentences -> root.put("sentences", sentences));
        report.seconds().ifPresent(seconds -> root.put("seconds", Math.round(seconds * 1e3) / 1e3));
        if (!report.versions().isEmpty()) {
            ObjectNode versions = root.putObject("versions");
            report.versions().forEach(versions::put);
        }
        return root.toPrettyString() + "\n";
    }

    /**
     * Reads a results file.
     *
     * @param file as {@link #write} makes it
     * @return the report; scores as rounded there
     * @throws EvaluationException if the file cannot be read or is not a results file; the message names the key
     */
    public static EvaluationReport read(Path file) {
        try {
            return parse(MAPPER.readTree(Files.readString(file)), file);
        } catch (JsonProcessingException e) {
            throw new EvaluationException(file + " is not JSON: " + e.getOriginalMessage() + " (line "
                + e.getLocation().getLineNr() + ")", e);
        } catch (IOException e) {
            throw new EvaluationException("cannot read the results in " + file + ": " + reason(e), e);
        }
    }

    /**
     * Reads results that stand inside another file.
     *
     * @param root the object
     * @param file where it stands, for messages
     * @return the report; scores as rounded there
     * @throws EvaluationException if it is not a results object; the message names the key
     */
    public static EvaluationReport parse(JsonNode root, Path file) {
        JsonNode tasks = root.path("tasks");
        if (!tasks.isObject()) {
            throw new EvaluationException(file + " is not a results file of oneword: it has no object \"tasks\"");
        }
        List<TaskScore> scores = new ArrayList<>();
        List<TransferScore> transfer = new ArrayList<>();
        tasks.properties().forEach(task -> {
            if (task.getValue().has("accuracy")) {
                transfer.add(transfer(file, task.getKey(), task.getValue()));
            } else {
                scores.add(score(file, task.getKey(), task.getValue()));
            }
        });
        Map<String, String> versions = new LinkedHashMap<>();
        root.path("versions").properties().forEach(entry -> versions.put(entry.getKey(), entry.getValue().asText()));
        JsonNode sentences = root.path("sentences");
        JsonNode seconds = root.path("seconds");
        return new EvaluationReport(new EvaluationResult(scores, transfer), root.path("model").asText(),
            Optional.ofNullable(root.path("adapter").textValue()), root.path("prompt").asText(),
            root.path("protocol").asText(),
            sentences.isInt() ? OptionalInt.of(sentences.intValue()) : OptionalInt.empty(),
            seconds.isNumber() ? OptionalDouble.of(seconds.doubleValue()) : OptionalDouble.empty(), versions);
    }

    private static TaskScore score(Path file, String task, JsonNode node) {
        JsonNode spearman = node.path("spearman");
        if (!spearman.isNumber() && !spearman.isNull()) {
            throw new EvaluationException(file + ": tasks." + task + ".spearman must be a number or null, found "
                + (spearman.isMissingNode() ? "nothing" : spearman));
        }
        return new TaskScore(task, node.path("n").asInt(), spearman.isNull() ? Double.NaN : spearman.doubleValue());
    }

    private static TransferScore transfer(Path file, String task, JsonNode node) {
        if (!node.path("accuracy").isNumber()) {
            throw new EvaluationException(file + ": tasks." + task + ".accuracy must be a number, found "
                + node.path("accuracy"));
        }
        return new TransferScore(task, node.path("n").asInt(), node.path("accuracy").doubleValue(),
            node.path("dev_accuracy").asDouble(Double.NaN), node.path("f1").asDouble(Double.NaN));
    }

    private static void put(ObjectNode node, String key, double score) {
        if (Double.isNaN(score)) {
            node.putNull(key);
        } else {
            node.put(key, Math.round(score * 1e4) / 1e4);
        }
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : " (" + e.getMessage() + ")");
    }
}
