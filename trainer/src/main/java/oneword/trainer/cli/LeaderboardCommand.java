package oneword.trainer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import oneword.data.sts.StsProtocol;
import oneword.trainer.config.ConfigException;
import oneword.trainer.config.LeaderboardConfig;
import oneword.trainer.config.LeaderboardReader;
import oneword.trainer.evaluation.EvaluationDisplay;
import oneword.trainer.evaluation.Progress;
import oneword.trainer.leaderboard.LeaderboardFiles;
import oneword.trainer.leaderboard.LeaderboardReport;
import oneword.trainer.leaderboard.LeaderboardRun;
import oneword.trainer.leaderboard.PublishedTables;
import oneword.trainer.progress.Screen;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code oneword leaderboard}. */
@Command(name = "leaderboard", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = {"Score many models on many tasks: one table, beside published numbers.",
        "Vectors are kept: started again after a stop, or with more entries, it computes only what is not there yet."})
final class LeaderboardCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(LeaderboardCommand.class);
    private static final int STOPPED = 130;

    @Option(names = "--config", paramLabel = "FILE", required = true,
        description = "The entries and tasks: a path, or a name in configs/ such as leaderboard.")
    private String config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Override a key of the configuration.")
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--mteb", paramLabel = "DIR",
        description = "Write the STS scores as results of MTEB, too: a cache folder that the Python package mteb "
            + "reads. For protocol: mteb.")
    private Path mteb;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Path file = ModelOptions.paths().findConfig(config);
        LeaderboardConfig wanted = LeaderboardReader.read(file, overrides, PublishedTables.ids());
        if (mteb != null && wanted.protocol() != StsProtocol.MTEB) {
            throw new ConfigException("--mteb: MTEB scores the STS sets as published, and " + file
                + " asks for protocol " + wanted.protocol().id()
                + "; add --set protocol=mteb, and --set data=DIR with the folder that holds raw/");
        }
        Optional<LeaderboardReport> report;
        try (EvaluationDisplay display = new EvaluationDisplay(Screen.stderr(), "embedding")) {
            LeaderboardRun.Places places = new LeaderboardRun.Places(
                ModelOptions.paths(), ModelOptions.models(), Optional.ofNullable(mteb));
            report = new LeaderboardRun(wanted, places, oneByOne(display, display.embedding()),
                oneByOne(display, display.classifying()), Interruption.signal()::requested).run();
        }
        if (report.isEmpty()) {
            return STOPPED;
        }
        spec.commandLine().getOut().print(LeaderboardFiles.plain(report.get()));
        spec.commandLine().getOut().flush();
        LeaderboardFiles.write(report.get(), Path.of(wanted.output())).forEach(form -> LOG.info("wrote {}", form));
        return report.get().isComplete() ? 0 : 1;
    }

    /** Ends the display with each task, since the next one begins at nothing. */
    private static Progress oneByOne(EvaluationDisplay display, Progress phase) {
        return (done, total) -> {
            phase.update(done, total);
            if (done == total) {
                display.close();
            }
        };
    }
}
