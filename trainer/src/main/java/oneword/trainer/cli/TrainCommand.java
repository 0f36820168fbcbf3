package oneword.trainer.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import oneword.trainer.Version;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.config.ConfigException;
import oneword.trainer.config.ConfigReader;
import oneword.trainer.config.Difference;
import oneword.trainer.config.Differences;
import oneword.trainer.config.InputPaths;
import oneword.trainer.config.RunConfig;
import oneword.trainer.run.Forecast;
import oneword.trainer.run.RunPlan;
import oneword.trainer.run.RunPlanner;
import oneword.trainer.run.StopSignal;
import oneword.trainer.run.TrainingRun;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code oneword train}. */
@Command(name = "train", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = "Train a LoRA adapter on sentence triples, evaluating and saving on the way.")
final class TrainCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(TrainCommand.class);
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
    private static final String ROOT_OVERRIDE = "run.root=";
    /** What may differ between a run and its continuation without changing the numbers that are still to come. */
    private static final List<String> FREE_KEYS = List.of("run.", "checkpoint.", "evaluation.");

    @Option(names = "--config", paramLabel = "FILE",
        description = "YAML configuration: a path, or a name in configs/ such as quickstart.yaml.")
    private String config;

    @Option(names = "--set", paramLabel = "KEY=VALUE",
        description = "Override a key of the configuration, such as training.seed=7. May be given several times.")
    private List<String> overrides = List.of();

    @Option(names = "--resume", paramLabel = "RUN",
        description = "Go on with a run: its folder, its name under run.root, or 'latest'.")
    private String resume;

    @Option(names = "--dry-run",
        description = "Print parameters, tokens, steps and expected memory, and stop before any weight is read.")
    private boolean dryRun;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (config == null && resume == null) {
            throw new ParameterException(spec.commandLine(), "Give --config FILE, or --resume RUN");
        }
        InputPaths paths = ModelOptions.paths();
        Path runFolder = resume == null ? null : RunFolder.resolve(resume, root(paths));
        RunConfig wanted = runFolder == null
            ? ConfigReader.read(paths.findConfig(config), overrides) : continued(runFolder, paths);
        RunPlan plan = Interruption.signal().leaving(
            () -> new RunPlanner(paths, ModelOptions.models()).plan(wanted));
        if (dryRun) {
            spec.commandLine().getOut().println(Forecast.of(plan).describe());
            plan.decontamination().ifPresent(clean ->
                spec.commandLine().getOut().println("left out              " + clean.describe()));
            spec.commandLine().getOut().flush();
            return 0;
        }
        RunFolder folder = runFolder == null
            ? RunFolder.create(Path.of(wanted.run().root()), name(wanted)) : RunFolder.open(runFolder);
        return train(plan, folder, paths);
    }

    private int train(RunPlan plan, RunFolder folder, InputPaths paths) {
        Optional<Path> initial = Optional.ofNullable(plan.config().lora().initializeFrom()).map(paths::find);
        LOG.info("oneword {}, run {}", Version.ONEWORD, folder.path());
        LOG.info("model     {}, {} on {}: {}", plan.config().model().name(), plan.precision().precision().key(),
            plan.device().getDeviceType(), plan.precision().reason());
        LOG.info("data      {} rows of {}, {} steps of {}", plan.triples().size(), plan.dataFile(), plan.steps(),
            plan.config().training().batchSize());
        plan.decontamination().ifPresent(clean -> LOG.info("left out  {}", clean.describe()));
        StopSignal stop = Interruption.signal();
        try (TrainingRun run = stop.leaving(() -> new TrainingRun(plan, folder, initial, stop))) {
            TrainingRun.Outcome outcome = run.run();
            if (!outcome.finished()) {
                return 1;
            }
            spec.commandLine().getOut().println(outcome.report().orElse(""));
            spec.commandLine().getOut().println(NextCommands.after(plan, outcome.folder()));
            spec.commandLine().getOut().flush();
            return 0;
        }
    }

    private Path root(InputPaths paths) {
        if (config != null) {
            return Path.of(ConfigReader.read(paths.findConfig(config), overrides).run().root());
        }
        return overrides.stream()
            .filter(override -> override.startsWith(ROOT_OVERRIDE))
            .map(override -> Path.of(override.substring(ROOT_OVERRIDE.length())))
            .reduce((first, last) -> last)
            .orElse(Path.of(RunConfig.Run.DEFAULT_ROOT));
    }

    /** The run's own configuration, with what may change taken from the command line. */
    private RunConfig continued(Path runFolder, InputPaths paths) {
        Path own = runFolder.resolve("config.yaml");
        RunConfig before = ConfigReader.read(own, List.of());
        RunConfig after = config == null
            ? ConfigReader.read(own, overrides) : ConfigReader.read(paths.findConfig(config), overrides);
        List<Difference> differences = Differences.between(before, after).stream()
            .filter(difference -> !isResolvedAuto(difference)).toList();
        List<Difference> refused = differences.stream()
            .filter(difference -> FREE_KEYS.stream().noneMatch(difference.key()::startsWith)).toList();
        if (!refused.isEmpty()) {
            throw new ConfigException(runFolder + ": a run cannot go on with another configuration:\n"
                + String.join("\n", refused.stream().map(difference -> "  " + difference).toList())
                + "\nLeave them as they are, or start a new run.");
        }
        differences.forEach(difference -> LOG.info("changed   {}", difference));
        return after.on(before.model().precision(), before.model().device());
    }

    private static boolean isResolvedAuto(Difference difference) {
        return switch (difference.key()) {
            case "model.precision", "model.device" -> difference.after().equals("\"auto\"");
            case "lora.targets" -> difference.after().equals("null");
            default -> false;
        };
    }

    private String name(RunConfig wanted) {
        if (wanted.run().name() != null) {
            return wanted.run().name();
        }
        String stem = Path.of(config).getFileName().toString().replaceFirst("\\.(ya?ml|json)$", "");
        String name = stem + "-" + STAMP.format(LocalDateTime.now());
        Path root = Path.of(wanted.run().root());
        int copy = 2;
        String free = name;
        while (Files.exists(root.resolve(free))) {
            free = name + "-" + copy++;
        }
        return free;
    }
}
