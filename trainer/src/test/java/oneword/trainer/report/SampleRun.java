package oneword.trainer.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import oneword.data.sts.GradedPair;
import oneword.data.sts.StsTask;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.evaluation.TaskList;

/** The folder of a run as training leaves it, with numbers drawn from a seed; no model is needed. */
final class SampleRun {

    static final List<String> SENTENCES = List.of("A man plays a guitar.", "Someone makes music.",
        "</script><script>document.title = 'hostile'</script>", "\"quoted\" & 'single' \u2028 line <b>bold</b>");

    private final Path folder;
    private final Random random = new Random(7);

    SampleRun(Path root, String name) {
        folder = root.resolve(name);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write("config.yaml", """
            model: {name: "models/opt-mini", precision: auto}
            lora: {rank: 64, alpha: 64.0, targets: [q_proj, v_proj]}
            data: {train: "configs/quickstart/triples.csv"}
            loss: {temperature: 0.05}
            training: {batch_size: 32, learning_rate: 0.001, warmup_steps: 5, schedule: linear, max_grad_norm: 1.0}
            evaluation: {every: 10, select_by: STSBenchmark-dev}
            """);
        write("environment.json", """
            {"oneword": "0.1.0", "pytorch": "2.7.1", "java": "17.0.15", "os": "Linux amd64", "device": "cpu",
             "threads": 2, "precision": "bf16", "precision_reason": "the processor has avx512_bf16", "seed": 42,
             "sha256": {"/home/ada/models/opt-mini/config.json": "f649777138"}}
            """);
    }

    Path folder() {
        return folder;
    }

    String html() {
        return RunReport.html(RunHistory.read(folder, Redaction.of("", Map.of())));
    }

    SampleRun write(String file, String text) {
        try {
            Files.writeString(folder.resolve(file), text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Steps 1 to {@code last} of a falling loss, with a score every {@code every} steps. */
    SampleRun steps(int last, int every) {
        write("metrics.jsonl", IntStream.rangeClosed(0, last).mapToObj(step -> line(step, every))
            .collect(Collectors.joining()));
        return this;
    }

    private String line(int step, int every) {
        String score = step % every == 0 ? String.format(Locale.ROOT,
            "{\"step\":%d,\"eval/STSBenchmark-dev\":%.4f}\n", step, 40 + 20 * (1 - Math.exp(-step / 20.0))) : "";
        return score + (step == 0 ? "" : String.format(Locale.ROOT, "{\"step\":%d,\"epoch\":%d,\"loss\":%.6f,"
            + "\"learning_rate\":%.3e,\"grad_norm\":%.4f,\"triples\":32,\"tokens\":2500,\"seconds\":0.5}%n", step,
            step / 20, 1 + 3 * Math.exp(-step / 15.0) + 0.1 * random.nextDouble(), 1e-3 / step,
            0.5 + random.nextDouble()));
    }

    /** Scores of the seven sets, before and after. */
    SampleRun results() {
        return write("results.json", "{\"before\": " + side(40) + ", \"after\": " + side(60) + "}");
    }

    private static String side(int score) {
        return IntStream.range(0, TaskList.STS.size())
            .mapToObj(i -> "\"" + TaskList.STS.get(i) + "\": {\"n\": 100, \"spearman\": " + (score + i) + "}")
            .collect(Collectors.joining(", ", "{\"protocol\": \"all\", \"tasks\": {", "}}"));
    }

    /** What a run keeps for the report: a session, pairs of STS-B and sentences, hostile ones among them. */
    SampleRun journal(RunJournal.Outcome outcome, int step, String message) {
        try (RunFolder run = RunFolder.open(folder)) {
            RunJournal journal = new RunJournal(run);
            StsTask task = new StsTask(TaskList.DEV, IntStream.range(0, 200)
                .mapToObj(i -> new GradedPair("a" + i, "b" + i, i % 26 / 5.0)).toList());
            journal.begin(new RunJournal.Facts("0.1.0", 8_547_328, 2_359_296, 569, 40, List.of(task)), 0);
            for (RunJournal.Side side : RunJournal.Side.values()) {
                double spread = side == RunJournal.Side.BEFORE ? 0.05 : 0.5;
                double[] cosines = task.pairs().stream()
                    .mapToDouble(pair -> 1 - spread * (1 - pair.score() / 5 * random.nextDouble())).toArray();
                journal.scored(side, side.ordinal() * 40L, task, cosines, 40 + 20 * side.ordinal());
                float[][] vectors = new float[SENTENCES.size()][8];
                for (float[] vector : vectors) {
                    IntStream.range(0, 8).forEach(i -> vector[i] = (float) random.nextGaussian() + 1);
                }
                journal.sentences(side, side.ordinal() * 40L, SENTENCES, vectors);
            }
            if (outcome == null) {
                journal.save();
            } else {
                journal.end(outcome, step, Optional.ofNullable(message), OptionalLong.of(1L << 30));
            }
        }
        return this;
    }
}
