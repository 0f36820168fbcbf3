package oneword.trainer.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.config.ConfigReader;
import oneword.trainer.config.InputPaths;
import oneword.trainer.config.RunConfig;
import oneword.trainer.hub.ModelLocator;

/** Short runs of the embedded model on the shipped sample. */
final class RunFixture {

    static final Path ROOT = Path.of(System.getProperty("oneword.root"));

    private static final String CONFIG = """
        lora: {rank: 4, alpha: 4, dropout: 0.1}
        model: {precision: fp32, device: cpu}
        data: {train: configs/quickstart/triples.csv, limit: 20}
        training: {batch_size: 4, micro_batch_tokens: 120, learning_rate: 1e-2, warmup_steps: 2, max_steps: 6,
                   model_dropout: 0.1}
        evaluation: {every: 2, tasks: [PAIRS], neighbours: configs/quickstart/demo.txt}
        checkpoint: {every: 2, keep: 2}
        """;

    private final Path folder;

    RunFixture(Path folder) {
        this.folder = folder;
    }

    RunConfig config(String... overrides) {
        List<String> all = new ArrayList<>(List.of(overrides));
        all.add("run.root=" + folder);
        return ConfigReader.fromString(CONFIG.replace("PAIRS", pairs().toString()), "test", all);
    }

    /** A few graded pairs: enough for a score, quick to embed. */
    private Path pairs() {
        Path file = folder.resolve("few.tsv");
        try {
            List<String> lines = Files.readAllLines(ROOT.resolve("configs/quickstart/pairs.tsv"));
            Files.write(file, lines.subList(0, 13));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    RunPlan plan(RunConfig config) {
        return new RunPlanner(new InputPaths(ROOT, ROOT), new ModelLocator(ROOT, ROOT, Map.of())).plan(config);
    }

    TrainingRun.Outcome start(String name, StopSignal stop, String... overrides) {
        RunPlan plan = plan(config(overrides));
        try (TrainingRun run = new TrainingRun(plan, RunFolder.create(folder, name), Optional.empty(), stop)) {
            return run.run();
        }
    }

    TrainingRun.Outcome resume(String name, StopSignal stop, String... overrides) {
        RunPlan plan = plan(config(overrides));
        try (TrainingRun run = new TrainingRun(plan, RunFolder.open(folder.resolve(name)), Optional.empty(), stop)) {
            return run.run();
        }
    }

    Path run(String name) {
        return folder.resolve(name);
    }
}
