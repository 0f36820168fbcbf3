package oneword.trainer.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.config.RunConfig;
import oneword.trainer.report.RunReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code oneword report}. */
@Command(name = "report", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = {"Draw a run on one HTML page: curves, scores before and after, similarities, configuration.",
        "Every run ends with it; this makes it again at any time, also of a run that was stopped or is at work."})
final class ReportCommand implements Callable<Integer> {

    @Parameters(paramLabel = "RUN", description = "The run: its folder, its name under --root, or 'latest'.")
    private String run;

    @Option(names = "--root", paramLabel = "DIR", defaultValue = RunConfig.Run.DEFAULT_ROOT,
        description = "Folder of all runs (default: ${DEFAULT-VALUE}).")
    private Path root;

    @Option(names = "--output", paramLabel = "FILE.html", description = "Where to (default: report.html in the run).")
    private Path output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Path folder = RunFolder.resolve(run, root);
        Path written = RunReport.write(
            folder, Optional.ofNullable(output).orElse(folder.resolve(RunReport.FILE_NAME)));
        spec.commandLine().getOut().println(written);
        spec.commandLine().getOut().flush();
        return 0;
    }
}
