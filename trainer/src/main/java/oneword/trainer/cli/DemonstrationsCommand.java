package oneword.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import oneword.data.sts.StsProtocol;
import oneword.data.sts.StsTask;
import oneword.trainer.checkpoint.Sha256;
import oneword.trainer.config.ConfigException;
import oneword.trainer.demonstration.CandidateReader;
import oneword.trainer.demonstration.CandidateScore;
import oneword.trainer.demonstration.Demonstration;
import oneword.trainer.demonstration.DemonstrationSearch;
import oneword.trainer.demonstration.Ranking;
import oneword.trainer.demonstration.ScoreLog;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.Task;
import oneword.trainer.evaluation.TaskList;
import oneword.trainer.progress.ProgressDisplay;
import oneword.trainer.progress.Screen;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code oneword demonstrations}. */
@Command(name = "demonstrations", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = "Find the solved example that, put before the prompt, gives the best vectors without training.")
final class DemonstrationsCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(DemonstrationsCommand.class);
    private static final int SHOWN = 10;

    @Mixin
    private ModelOptions model;

    @Option(names = "--candidates", paramLabel = "FILE", required = true,
        description = "One a line: sentence|word, sentence<TAB>word, or PromptEOL's published form.")
    private String candidates;

    @Option(names = "--tasks", paramLabel = "TASK[,TASK…]", defaultValue = "dev",
        description = "What candidates are scored on, as in evaluate; test sets would spoil the choice "
            + "(default: ${DEFAULT-VALUE}, STSBenchmark-dev).")
    private String tasks;

    @Option(names = "--data", paramLabel = "DIR", description = "The data's folder, as in evaluate.")
    private String data;

    @Option(names = "--protocol", paramLabel = "senteval|mteb", defaultValue = "senteval",
        description = "Form of the STS sets, as in evaluate (default: ${DEFAULT-VALUE}).")
    private StsProtocol protocol;

    @Option(names = "--output", paramLabel = "FILE.md|.csv|.json", required = true,
        description = "The ranked table. The scores are kept beside it in FILE.scores.jsonl as they come.")
    private Path output;

    @Option(names = "--resume", description = "Go on with the scores that stand beside --output.")
    private boolean resume;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        TaskList list = parse();
        List<Demonstration> read = CandidateReader.read(ModelOptions.paths().find(candidates));
        List<StsTask> scored = list
            .read(Optional.ofNullable(data).map(ModelOptions.paths()::find), protocol, ModelOptions.paths()::find)
            .stream().filter(Task.Sts.class::isInstance).map(task -> ((Task.Sts) task).sts()).toList();
        ModelOptions.Choice choice = model.choose(Optional.empty());
        Map<String, String> settings = settings(choice, scored);
        Path scores = output.resolveSibling(output.getFileName().toString().replaceFirst("\\.[^.]*$", "")
            + ".scores.jsonl");
        try (ScoreLog log = ScoreLog.open(scores, settings, resume, LOG::info)) {
            Ranking ranking = new Ranking(protocol, search(choice, scored, read, log));
            ranking.write(output, settings);
            print(choice, ranking);
            return 0;
        } catch (CancellationException e) {
            LOG.info("the scores so far are kept in {}; the same command with --resume goes on behind them", scores);
            return 1;
        }
    }

    private TaskList parse() {
        try {
            Ranking.checkName(output);
            TaskList list = TaskList.parse(tasks);
            List<String> others = list.names().stream().filter(TaskList.TRANSFER::contains).toList();
            if (!others.isEmpty()) {
                throw new ConfigException("--tasks: demonstrations are ranked by their correlation on graded pairs, "
                    + "which these tasks do not have: " + String.join(", ", others));
            }
            return list;
        } catch (EvaluationException e) {
            throw new ConfigException(e.getMessage());
        }
    }

    /** What scores depend on besides the candidate. */
    private Map<String, String> settings(ModelOptions.Choice choice, List<StsTask> tasks) {
        Map<String, String> settings = choice.settings();
        settings.put("protocol", protocol.id());
        for (StsTask task : tasks) {
            String hash = Sha256.of(task.pairs().stream()
                .flatMap(pair -> Stream.of(pair.sentence1(), pair.sentence2(), Double.toString(pair.score()))));
            settings.put(task.name(), task.pairs().size() + " pairs [" + hash.substring(0, 16) + "]");
        }
        return settings;
    }

    private static List<CandidateScore> search(
        ModelOptions.Choice choice, List<StsTask> tasks, List<Demonstration> candidates, ScoreLog log) {
        int sentences = DemonstrationSearch.distinctSentences(tasks);
        long known = Stream.concat(Stream.of(Optional.<Demonstration>empty()), candidates.stream().map(Optional::of))
            .filter(candidate -> log.of(candidate).isPresent()).count();
        long all = candidates.size() + 1L;
        try (ModelOptions.Opened opened = choice.open();
            ProgressDisplay display = new ProgressDisplay(
                Screen.stderr(), "embedding", "sentences", known * sentences, all * sentences)) {
            DemonstrationSearch search =
                new DemonstrationSearch(opened.model(), choice.prompt(), tasks, Interruption.signal()::requested);
            return search.run(candidates, log, new Shown(display, all));
        }
    }

    private void print(ModelOptions.Choice choice, Ranking ranking) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(ranking.plain(SHOWN));
        String program = Optional.ofNullable(System.getProperty("oneword.command")).orElse("./oneword");
        Demonstration best = ranking.candidates().get(0).demonstration().orElseThrow();
        String adapter = choice.adapter().map(files -> " --adapter " + quoted(files.toString())).orElse("");
        out.printf("%nNext:%n  %s evaluate --model %s%s --demonstration %s --tasks sts%s%s%n", program,
            quoted(choice.name()), adapter, quoted(best.toString()), data == null ? "" : " --data " + quoted(data),
            protocol == StsProtocol.SENTEVAL ? "" : " --protocol " + protocol);
        out.flush();
    }

    /** A word for a POSIX shell. */
    private static String quoted(String word) {
        return word.matches("[\\w./:@%+=,-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** The progress on the screen. */
    private static final class Shown implements DemonstrationSearch.Listener {

        private final ProgressDisplay display;
        private final long all;
        private CandidateScore best;

        Shown(ProgressDisplay display, long all) {
            this.display = display;
            this.all = all;
        }

        @Override
        public void embedded(long done, long total) {
            display.update(done, total);
        }

        @Override
        public void scored(int count, CandidateScore score) {
            if (best == null || score.score() > best.score()) {
                best = score;
                display.value("best", String.format(Locale.ROOT, "%.2f %s", best.score(),
                    best.demonstration().map(Demonstration::word).orElse("without")));
            }
            display.value("candidate", count + "/" + all);
        }
    }
}
