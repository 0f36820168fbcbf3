package oneword.trainer.run;

import ai.djl.Device;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import oneword.data.batch.BatchPlan;
import oneword.data.nli.Columns;
import oneword.data.nli.Triple;
import oneword.data.nli.TripleReader;
import oneword.data.prompt.PromptTemplate;
import oneword.data.sts.StsTask;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.decoder.DecoderConfig;
import oneword.lora.decoder.Decoders;
import oneword.lora.decoder.Precision;
import oneword.trainer.TrainerException;
import oneword.trainer.config.InputPaths;
import oneword.trainer.config.RunConfig;
import oneword.trainer.evaluation.TaskList;
import oneword.trainer.hardware.Hardware;
import oneword.trainer.hub.ModelLocator;

/** Reads and checks all that a configuration names, save the weights. */
public final class RunPlanner {

    private final InputPaths paths;
    private final ModelLocator models;

    /**
     * Creates a planner.
     *
     * @param paths where data is looked for
     * @param models where models are looked for
     */
    public RunPlanner(InputPaths paths, ModelLocator models) {
        this.paths = paths;
        this.models = models;
    }

    /**
     * Plans a run.
     *
     * @param config as read
     * @return the plan; its configuration names the precision and the device that were chosen
     */
    public RunPlan plan(RunConfig config) {
        Path dataFile = paths.find(config.data().train());
        Path modelFolder = models.find(config.model().name(), config.model().revision());
        PromptTemplate prompt = new PromptTemplate(config.prompt().template());
        List<StsTask> tasks = tasks(config, config.evaluation().tasks());
        Optional<StsTask> selection = config.evaluation().every() == 0
            ? Optional.empty() : Optional.of(tasks(config, List.of(config.evaluation().selectBy())).get(0));
        List<String> neighbours = config.evaluation().neighbours() == null
            ? List.of() : sentences(paths.find(config.evaluation().neighbours()));
        DecoderConfig read = Decoders.read(modelFolder);
        Double dropout = config.training().modelDropout();
        DecoderConfig decoder = dropout == null ? read : read.withDropout(dropout);
        RunConfig.Columns names = config.data().columns();
        List<Triple> triples = TripleReader.read(dataFile,
            new Columns(names.anchor(), names.positive(), names.hardNegative()), config.data().limit());
        BatchPlan batches = new BatchPlan(
            triples, config.training().batchSize(), config.training().seed(), config.data().shuffle());
        long steps = config.training().maxSteps() > 0
            ? config.training().maxSteps() : batches.steps(config.training().epochs());
        Device device = Hardware.device(config.model().device());
        Precision.Choice precision = Hardware.trainingPrecision(config.model().precision(), device);
        LoraConfig lora = new LoraConfig(
            config.lora().rank(), config.lora().alpha(), config.lora().dropout(), config.lora().targets());
        RunConfig resolved = config.on(RunConfig.Precision.valueOf(precision.precision().name()),
            device.isGpu() ? RunConfig.Device.CUDA : RunConfig.Device.CPU);
        return new RunPlan(resolved, modelFolder, decoder, device, precision, prompt, lora, dataFile, triples, batches,
            steps, selection, tasks, neighbours);
    }

    private List<StsTask> tasks(RunConfig config, List<String> names) {
        if (names.isEmpty()) {
            return List.of();
        }
        Optional<Path> data = Optional.ofNullable(config.evaluation().data()).map(paths::find);
        return TaskList.parse(names).read(data, paths::find);
    }

    private static List<String> sentences(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8).stream().filter(line -> !line.isBlank()).toList();
        } catch (MalformedInputException e) {
            throw new TrainerException(file + ": is not UTF-8; save it as UTF-8 text", e);
        } catch (IOException e) {
            throw new TrainerException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
