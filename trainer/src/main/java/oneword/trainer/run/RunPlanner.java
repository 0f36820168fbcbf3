package oneword.trainer.run;

import ai.djl.Device;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import oneword.data.batch.BatchPlan;
import oneword.data.nli.Columns;
import oneword.data.nli.Decontamination;
import oneword.data.nli.Triple;
import oneword.data.nli.TripleReader;
import oneword.data.prompt.PromptTemplate;
import oneword.data.sts.StsTask;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.adapter.TargetModule;
import oneword.lora.decoder.DecoderConfig;
import oneword.lora.decoder.Decoders;
import oneword.lora.decoder.Precision;
import oneword.trainer.TrainerException;
import oneword.trainer.config.ConfigException;
import oneword.trainer.config.InputPaths;
import oneword.trainer.config.RunConfig;
import oneword.trainer.config.Suggestion;
import oneword.trainer.evaluation.Task;
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
     * @return the plan; its configuration names the adapter's targets
     * @throws ConfigException if the model's family has no such target
     */
    public RunPlan plan(RunConfig config) {
        Path dataFile = paths.find(config.data().train());
        Path modelFolder = models.find(config.model().name(), config.model().revision());
        PromptTemplate prompt = new PromptTemplate(config.prompt().template());
        List<Task> tasks = tasks(config, config.evaluation().tasks());
        Optional<StsTask> selection = config.evaluation().every() == 0
            ? Optional.empty() : Optional.of(selection(config));
        List<String> neighbours = config.evaluation().neighbours() == null
            ? List.of() : sentences(paths.find(config.evaluation().neighbours()));
        DecoderConfig read = Decoders.read(modelFolder);
        Double dropout = config.training().modelDropout();
        DecoderConfig decoder = dropout == null ? read : read.withDropout(dropout);
        List<String> targets = targets(config, decoder);
        Optional<Decontamination> decontamination = config.data().exclude().isEmpty() ? Optional.empty()
            : Optional.of(Decontamination.of(
                rows(config, dataFile, 0), TaskList.sentences(tasks(config, config.data().exclude()))));
        List<Triple> triples = decontamination.map(clean -> kept(config, clean))
            .orElseGet(() -> rows(config, dataFile, config.data().limit()));
        BatchPlan batches = new BatchPlan(
            triples, config.training().batchSize(), config.training().seed(), config.data().shuffle());
        long steps = config.training().maxSteps() > 0
            ? config.training().maxSteps() : batches.steps(config.training().epochs());
        Device device = Hardware.device(config.model().device());
        Precision.Choice precision = Hardware.trainingPrecision(config.model().precision(), device);
        LoraConfig lora = new LoraConfig(
            config.lora().rank(), config.lora().alpha(), config.lora().dropout(), targets);
        RunConfig resolved = config.withTargets(targets)
            .on(RunConfig.Precision.valueOf(precision.precision().name()),
                device.isGpu() ? RunConfig.Device.CUDA : RunConfig.Device.CPU);
        return new RunPlan(resolved, modelFolder, decoder, device, precision, prompt, lora, dataFile, decontamination,
            triples, batches, steps, selection, tasks, neighbours);
    }

    /** All linears that the family has, unless the configuration names some. */
    private static List<String> targets(RunConfig config, DecoderConfig decoder) {
        List<String> known = decoder.targetModules().stream().map(TargetModule::name).distinct().toList();
        List<String> wanted = config.lora().targets();
        if (wanted == null) {
            return known;
        }
        List<String> unknown = wanted.stream().filter(target -> !known.contains(target)).toList();
        if (!unknown.isEmpty()) {
            throw new ConfigException("lora.targets: " + config.model().name() + " has no linear named "
                + unknown.stream().map(target -> target + Suggestion.nearest(target, known)
                    .map(name -> " (did you mean " + name + "?)").orElse("")).collect(Collectors.joining(", "))
                + "; it has " + String.join(", ", known) + ". Leave the key out for all of them.");
        }
        return wanted;
    }

    private static List<Triple> rows(RunConfig config, Path file, int limit) {
        RunConfig.Columns names = config.data().columns();
        return TripleReader.read(file, new Columns(names.anchor(), names.positive(), names.hardNegative()), limit);
    }

    private static List<Triple> kept(RunConfig config, Decontamination clean) {
        if (clean.rows().isEmpty()) {
            throw new ConfigException("data.exclude leaves nothing to train on: " + clean.describe());
        }
        int limit = config.data().limit();
        return limit > 0 && limit < clean.rows().size() ? clean.rows().subList(0, limit) : clean.rows();
    }

    private StsTask selection(RunConfig config) {
        if (tasks(config, List.of(config.evaluation().selectBy())).get(0) instanceof Task.Sts selection) {
            return selection.sts();
        }
        throw new IllegalStateException("a configuration selects by graded pairs, found "
            + config.evaluation().selectBy());
    }

    private List<Task> tasks(RunConfig config, List<String> names) {
        if (names.isEmpty()) {
            return List.of();
        }
        TaskList tasks = TaskList.parse(names);
        Optional<String> data = Optional.ofNullable(config.evaluation().data());
        return tasks.read(data.filter(folder -> tasks.needsSentEval()).map(paths::find),
            config.evaluation().protocol(), paths::find);
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
