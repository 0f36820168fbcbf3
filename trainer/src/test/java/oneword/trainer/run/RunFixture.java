package oneword.trainer.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import oneword.trainer.checkpoint.Checkpoint;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.checkpoint.Sha256;
import oneword.trainer.checkpoint.Storage;
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

    /** Overrides that make a run a matter of milliseconds. */
    String[] tiny(String... more) {
        Path model = folder.resolve("model");
        if (!Files.exists(model)) {
            TinyModel.write(model);
        }
        List<String> all = new ArrayList<>(List.of("model.name=" + model, "lora.targets=[q_proj]",
            "training.batch_size=2", "evaluation.tasks=[]", "evaluation.neighbours=null",
            "evaluation.select_by=" + folder.resolve("few.tsv")));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    TrainingRun.Outcome start(String name, StopSignal stop, String... overrides) {
        return run(RunFolder.create(folder, name), stop, overrides);
    }

    TrainingRun.Outcome resume(String name, StopSignal stop, String... overrides) {
        return run(RunFolder.open(folder.resolve(name)), stop, overrides);
    }

    /** Starts a run, or goes on with it where it has begun. */
    TrainingRun.Outcome startOrResume(String name, Storage storage, StopSignal stop, String... overrides) {
        return run(Files.exists(folder.resolve(name).resolve("config.yaml"))
            ? RunFolder.open(folder.resolve(name), storage) : RunFolder.create(folder, name, storage), stop, overrides);
    }

    private TrainingRun.Outcome run(RunFolder opened, StopSignal stop, String... overrides) {
        RunPlan plan = plan(config(overrides));
        try (TrainingRun run = new TrainingRun(plan, opened, Optional.empty(), stop)) {
            return run.run();
        }
    }

    /** The files of the newest checkpoint that do not depend on where the run lies. */
    Map<String, String> state(String name) throws IOException {
        Map<String, String> state = new LinkedHashMap<>();
        List<Checkpoint> all = CheckpointStore.view(run(name)).list();
        state.put("checkpoints", all.stream().map(Checkpoint::step).toList().toString());
        state.put("best", CheckpointStore.view(run(name)).best().map(Checkpoint::step).toString());
        for (String file : List.of("adapter_model.safetensors", "optimizer.safetensors", "trainer_state.json")) {
            state.put(file, Sha256.of(all.get(all.size() - 1).file(file)));
        }
        return state;
    }

    /** The metrics, without the times. */
    List<JsonNode> metrics(String name) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(run(name).resolve("metrics.jsonl"))) {
            ObjectNode object = (ObjectNode) mapper.readTree(line);
            object.remove("seconds");
            lines.add(object);
        }
        return lines;
    }

    Path run(String name) {
        return folder.resolve(name);
    }
}
