package oneword.trainer.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import oneword.data.DataException;
import oneword.lora.LoraException;
import oneword.trainer.TrainerException;
import oneword.trainer.Version;
import oneword.trainer.checkpoint.CheckpointException;
import oneword.trainer.config.ConfigException;
import oneword.trainer.embedding.EmbeddingException;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.hardware.Memory;
import oneword.trainer.hardware.OutOfMemoryException;
import oneword.trainer.progress.Screen;
import oneword.trainer.report.ReportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * {@code oneword}: trains, evaluates and serves sentence embeddings.
 *
 * <p>Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 failure, 2 usage or configuration, 130
 * after SIGINT and 143 after SIGTERM.
 */
@Command(name = "oneword", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = "Sentence embeddings from language models, trained in Java.",
    synopsisSubcommandLabel = "COMMAND", subcommands = {
        TrainCommand.class, EvaluateCommand.class, LeaderboardCommand.class, DemonstrationsCommand.class,
        EmbedCommand.class, ExportCommand.class, ReportCommand.class, DataCommand.class, DoctorCommand.class},
    footer = {"", "Start with: oneword train --config quickstart.yaml"})
public final class Main implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final int FAILURE = 1;
    private static final int USAGE = 2;
    private static final List<Class<? extends RuntimeException>> TOLD = List.of(
        DataException.class, LoraException.class, TrainerException.class, CheckpointException.class,
        EvaluationException.class, EmbeddingException.class, ReportException.class, UncheckedIOException.class);

    @Option(names = "--verbose", scope = ScopeType.INHERIT,
        description = "Say more, and show the stack trace of a failure.")
    private boolean verbose;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    /** Says which oneword this is. */
    static final class Versions implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"oneword " + Version.ONEWORD};
        }
    }

    /**
     * Runs the command line and ends the process.
     *
     * @param args the words after {@code oneword}
     */
    public static void main(String[] args) {
        int code = Interruption.guard(() -> execute(args));
        System.exit(code);
    }

    private static int execute(String[] args) {
        Main main = new Main();
        CommandLine line = commandLine(main);
        try {
            return line.execute(args);
        } catch (OutOfMemoryError | LinkageError e) {
            return main.report(e, line.getErr());
        }
    }

    /** Builds the command line around its root command. */
    static CommandLine commandLine(Main main) {
        CommandLine line = new CommandLine(main);
        line.setExecutionExceptionHandler((failure, command, parsed) -> main.report(failure, command.getErr()));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionStrategy(parsed -> {
            Logging.verbose(main.verbose);
            return new CommandLine.RunLast().execute(parsed);
        });
        return line;
    }

    /** Without a command: the help, as a usage error. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command?");
    }

    /** Folder that holds configs/ and models/: given by the launcher, else the working directory. */
    static Path home() {
        return Optional.ofNullable(System.getProperty("oneword.home")).map(Path::of)
            .orElse(Path.of("")).toAbsolutePath().normalize();
    }

    int report(Throwable failure, PrintWriter err) {
        if (verbose) {
            LOG.error("failed", failure);
        }
        if (failure instanceof ConfigException) {
            err.println(Screen.printable("oneword: " + failure.getMessage()));
            return USAGE;
        }
        err.println(Screen.printable("oneword: " + explain(failure)));
        err.flush();
        return FAILURE;
    }

    private String explain(Throwable failure) {
        if (TOLD.stream().anyMatch(type -> type.isInstance(failure))) {
            return failure.getMessage();
        }
        if (failure instanceof RuntimeException running && OutOfMemoryException.is(running)) {
            return "out of memory: " + firstLine(failure) + "\n  Lower training.micro_batch_tokens, or set "
                + "training.gradient_cache to on.";
        }
        if (failure instanceof OutOfMemoryError) {
            return "out of memory: " + firstLine(failure) + ", of which Java may use "
                + Memory.format(Runtime.getRuntime().maxMemory())
                + "\n  ONEWORD_JAVA_OPTS=-Xmx… gives it more. What was saved is whole: --resume goes on from there.";
        }
        if (failure.getCause() instanceof LinkageError missing) {
            return "a native library cannot be loaded: " + firstLine(missing)
                + "\n  Is there memory left (ulimit -v), and is its folder readable? DJL_CACHE_DIR names another one.";
        }
        return "internal error: " + failure.getClass().getSimpleName() + ": " + firstLine(failure)
            + (verbose ? "" : "\n  --verbose shows where; please report it.");
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }
}
