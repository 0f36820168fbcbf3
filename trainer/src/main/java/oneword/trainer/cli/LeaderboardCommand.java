package oneword.trainer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import oneword.trainer.config.LeaderboardConfig;
import oneword.trainer.config.LeaderboardReader;
import oneword.trainer.evaluation.Progress;
import oneword.trainer.leaderboard.LeaderboardFiles;
import oneword.trainer.leaderboard.LeaderboardReport;
import oneword.trainer.leaderboard.LeaderboardRun;
import oneword.trainer.leaderboard.PublishedTables;
import oneword.trainer.progress.ProgressDisplay;
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
        description = "Write the scores as results of MTEB, too: a cache folder that the Python package mteb reads.")
    private Path mteb;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        LeaderboardConfig wanted = LeaderboardReader.read(
            ModelOptions.paths().findConfig(config), overrides, PublishedTables.ids());
        Optional<LeaderboardReport> report;
        try (EmbeddingProgress progress = new EmbeddingProgress()) {
            report = new LeaderboardRun(wanted, ModelOptions.paths(), ModelOptions.models(), Optional.ofNullable(mteb),
                progress, Interruption.signal()::requested).run();
        }
        if (report.isEmpty()) {
            return STOPPED;
        }
        spec.commandLine().getOut().print(LeaderboardFiles.plain(report.get()));
        spec.commandLine().getOut().flush();
        LeaderboardFiles.write(report.get(), Path.of(wanted.output())).forEach(file -> LOG.info("wrote {}", file));
        return report.get().isComplete() ? 0 : 1;
    }

    /** One display for each task whose sentences must be embedded. */
    private static final class EmbeddingProgress implements Progress, AutoCloseable {

        private ProgressDisplay display;

        @Override
        public void update(long done, long total) {
            if (display == null) {
                display = new ProgressDisplay(Screen.stderr(), "embedding", "sentences", done, total);
            }
            display.update(done, total);
            if (done == total) {
                close();
            }
        }

        @Override
        public void close() {
            if (display != null) {
                display.close();
                display = null;
            }
        }
    }
}
