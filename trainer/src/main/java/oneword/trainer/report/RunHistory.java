package oneword.trainer.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import oneword.trainer.checkpoint.Checkpoint;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.report.chart.Curve;

/**
 * What a run's folder tells, without secrets. A file that is absent, torn or of another version tells nothing: the
 * report shows what there is.
 *
 * @param name of the run's folder
 * @param configText {@code config.yaml}
 * @param config the same, parsed
 * @param environment {@code environment.json}
 * @param results {@code results.json}
 * @param journal {@code report.json}
 * @param steps of {@code metrics.jsonl}, rising
 * @param scores of {@code metrics.jsonl}: step to score × 100, by task
 * @param best step of the checkpoint that is marked as the best
 * @param newest step of the newest checkpoint
 * @param adapterBytes size of an adapter's file
 */
record RunHistory(
    String name,
    String configText,
    JsonNode config,
    JsonNode environment,
    JsonNode results,
    JsonNode journal,
    List<Step> steps,
    Map<String, Curve> scores,
    OptionalLong best,
    OptionalLong newest,
    OptionalLong adapterBytes) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SCORE = "eval/";
    private static final String ADAPTER = "adapter_model.safetensors";

    /**
     * One step; NaN where a number was not finite.
     *
     * @param step number of the update, from 1
     * @param epoch pass over the data, from 0
     * @param loss before the update
     * @param learningRate of the update
     * @param gradientNorm before clipping
     * @param triples rows
     * @param tokens real ones
     * @param seconds of the step alone
     */
    record Step(long step, int epoch, double loss, double learningRate, double gradientNorm, long triples, long tokens,
                double seconds) {}

    /**
     * Reads a run.
     *
     * @param folder of the run; another process may be writing it
     * @param redaction applied to every text
     */
    static RunHistory read(Path folder, Redaction redaction) {
        String config = text(folder.resolve("config.yaml"), redaction);
        TreeMap<Long, Step> steps = new TreeMap<>();
        Map<String, TreeMap<Long, Double>> scores = new LinkedHashMap<>();
        text(folder.resolve("metrics.jsonl"), redaction).lines().map(line -> parse(JSON, line)).forEach(line -> {
            long step = line.path("step").asLong();
            if (line.has("loss")) {
                steps.put(step, step(line));
            }
            line.properties().stream().filter(entry -> entry.getKey().startsWith(SCORE)).forEach(entry -> scores
                .computeIfAbsent(entry.getKey().substring(SCORE.length()), task -> new TreeMap<>())
                .put(step, number(entry.getValue())));
        });
        Map<String, Curve> curves = new LinkedHashMap<>();
        scores.forEach((task, values) -> curves.put(task, curve(List.copyOf(values.entrySet()),
            Map.Entry::getKey, Map.Entry::getValue)));
        CheckpointStore store = CheckpointStore.view(folder);
        List<Checkpoint> checkpoints = store.list();
        OptionalLong newest = checkpoints.stream().mapToLong(Checkpoint::step).max();
        return new RunHistory(folder.toAbsolutePath().normalize().getFileName().toString(), config,
            parse(new YAMLMapper(), config), json(folder, "environment.json", redaction),
            json(folder, "results.json", redaction), json(folder, RunJournal.FILE_NAME, redaction),
            List.copyOf(steps.values()), curves, store.best().stream().mapToLong(Checkpoint::step).findFirst(), newest,
            checkpoints.stream().map(checkpoint -> checkpoint.file(ADAPTER)).filter(Files::isRegularFile)
                .mapToLong(file -> file.toFile().length()).findFirst());
    }

    /** The last step there is; 0 where there is none. */
    long lastStep() {
        return steps.isEmpty() ? 0 : steps.get(steps.size() - 1).step();
    }

    /** The end of a horizontal axis: the last step that anything is known of, at least 1. */
    long end() {
        double scored = scores.values().stream().filter(curve -> curve.size() > 0)
            .mapToDouble(curve -> curve.x()[curve.size() - 1]).max().orElse(0);
        return Math.max(1, Math.max(lastStep(), (long) scored));
    }

    /** The steps at which a number is finite, and that number. */
    Curve curve(ToDoubleFunction<Step> value) {
        return curve(steps, Step::step, value);
    }

    /** The task that selects the best checkpoint, as {@link #scores} names it; empty where none was scored. */
    String selection() {
        String wanted = config.path("evaluation").path("select_by").asText();
        String file = wanted.substring(wanted.lastIndexOf('/') + 1).replaceFirst("\\.tsv$", "");
        return scores.keySet().stream().filter(task -> task.equals(wanted) || task.equals(file)).findFirst()
            .or(() -> scores.keySet().stream().findFirst()).orElse("");
    }

    private static <T> Curve curve(List<T> points, ToDoubleFunction<T> x, ToDoubleFunction<T> y) {
        List<T> finite = points.stream().filter(point -> Double.isFinite(y.applyAsDouble(point))).toList();
        return new Curve(finite.stream().mapToDouble(x).toArray(), finite.stream().mapToDouble(y).toArray());
    }

    private static Step step(JsonNode line) {
        return new Step(line.path("step").asLong(), line.path("epoch").asInt(), number(line.path("loss")),
            number(line.path("learning_rate")), number(line.path("grad_norm")), line.path("triples").asLong(),
            line.path("tokens").asLong(), number(line.path("seconds")));
    }

    static double number(JsonNode node) {
        return node.isNumber() ? node.doubleValue() : Double.NaN;
    }

    private static JsonNode json(Path folder, String name, Redaction redaction) {
        return parse(JSON, text(folder.resolve(name), redaction));
    }

    private static JsonNode parse(ObjectMapper mapper, String text) {
        try {
            JsonNode node = mapper.readTree(text);
            return node == null ? MissingNode.getInstance() : node;
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    private static String text(Path file, Redaction redaction) {
        try {
            return Files.isRegularFile(file) ? redaction.of(Files.readString(file)) : "";
        } catch (IOException e) {
            throw new ReportException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
