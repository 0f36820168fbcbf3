package oneword.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import oneword.data.sts.StsProtocol;
import oneword.lora.kernel.Torch;
import oneword.trainer.Version;
import oneword.trainer.config.ConfigException;
import oneword.trainer.embedding.SentenceModel;
import oneword.trainer.embedding.TextRule;
import oneword.trainer.evaluation.Evaluation;
import oneword.trainer.evaluation.EvaluationDisplay;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.EvaluationReport;
import oneword.trainer.evaluation.Evaluator;
import oneword.trainer.evaluation.ResultsJson;
import oneword.trainer.evaluation.ScoreTable;
import oneword.trainer.evaluation.SentenceEmbedder;
import oneword.trainer.evaluation.Task;
import oneword.trainer.evaluation.TaskList;
import oneword.trainer.mteb.MtebModel;
import oneword.trainer.mteb.MtebResults;
import oneword.trainer.mteb.MtebTask;
import oneword.trainer.mteb.RememberingEmbedder;
import oneword.trainer.progress.Screen;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code oneword evaluate}. */
@Command(name = "evaluate", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = "Score a model on the STS benchmarks, on SentEval's transfer tasks or on graded pairs of your own.")
final class EvaluateCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(EvaluateCommand.class);

    @Mixin
    private ModelOptions model;

    @Option(names = "--tasks", paramLabel = "TASK[,TASK…]", defaultValue = "sts",
        description = "sts (the seven), dev, STS12 … STS16, STSBenchmark, SICK-R, STSBenchmark-dev; transfer (the "
            + "seven), MR, CR, SUBJ, MPQA, SST2, TREC, MRPC; all (sts and transfer); or FILE.tsv with sentence1, "
            + "sentence2 and score (default: ${DEFAULT-VALUE}).")
    private String tasks;

    @Option(names = "--data", paramLabel = "DIR",
        description = "SentEval folder: the one that holds downstream/, or that one. With --protocol mteb the one that "
            + "holds raw/ with STS12-en-test … STSBenchmark as published, or that one; SICK lies in it or in the "
            + "SentEval folder beside it. `oneword data download` makes both.")
    private String data;

    @Option(names = "--protocol", paramLabel = "senteval|mteb", defaultValue = "senteval",
        description = "Form of the STS sets: SentEval's files (tokenised, lower-cased, SICK-R 4,927 pairs), or as MTEB "
            + "scores them (as published, SICK-R 9,927 pairs). Transfer tasks are always SentEval's (default: "
            + "${DEFAULT-VALUE}).")
    private StsProtocol protocol;

    @Option(names = "--demonstration", paramLabel = "'sentence|word'",
        description = "One solved example before the prompt (in-context learning).")
    private String demonstration;

    @Option(names = "--output", paramLabel = "FILE.json", description = "Write the scores as JSON, too.")
    private Path output;

    @Option(names = "--mteb", paramLabel = "DIR",
        description = "Write the STS scores as results of MTEB, too: a cache folder that the Python package mteb "
            + "reads. For --protocol mteb.")
    private Path mteb;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        TaskList list = parse();
        List<Task> read = list
            .read(Optional.ofNullable(data).map(ModelOptions.paths()::find), protocol, ModelOptions.paths()::find);
        ModelOptions.Choice choice = model.choose(Optional.ofNullable(demonstration));
        Optional<MtebModel> named = mteb == null ? Optional.empty() : Optional.of(choice.forMteb());
        named.ifPresent(called -> new MtebResults(mteb).check(called));
        try (ModelOptions.Opened opened = choice.open();
            EvaluationDisplay display = new EvaluationDisplay(Screen.stderr(), "embedding")) {
            SentenceEmbedder plain = new Embedding(opened.model(), opened.name());
            SentenceEmbedder embedder = mteb == null ? plain : remembering(plain, read);
            Evaluation evaluation = new Evaluator(embedder, display.embedding(), (done, total) -> {
                stopIfAsked();
                display.classifying().update(done, total);
            }).evaluate(read);
            display.close();
            EvaluationReport report = new EvaluationReport(evaluation.result(), opened.name(), opened.adapter(),
                opened.prompt().template(), protocol.id(), OptionalInt.of(evaluation.sentences()),
                OptionalDouble.of(evaluation.embeddingSeconds() + evaluation.scoringSeconds()),
                Map.of("oneword", Version.ONEWORD, "pytorch", Torch.version()));
            print(report, opened);
            named.ifPresent(called -> writeForMteb(called, read, embedder));
            LOG.info(String.format(Locale.ROOT, "%,d sentences in %.1f s (%,.0f a second), scored in %.1f s",
                evaluation.sentences(), evaluation.embeddingSeconds(), evaluation.sentencesPerSecond(),
                evaluation.scoringSeconds()));
            return 0;
        }
    }

    private TaskList parse() {
        try {
            TaskList list = TaskList.parse(tasks);
            if (mteb != null) {
                checkForMteb(list);
            }
            return list;
        } catch (EvaluationException e) {
            throw new ConfigException(e.getMessage());
        }
    }

    private void checkForMteb(TaskList list) {
        if (protocol != StsProtocol.MTEB) {
            throw new ConfigException("--mteb: MTEB scores the STS sets as published, and --protocol is "
                + protocol.id() + "; add --protocol mteb, and --data DIR with the folder that holds raw/");
        }
        if (list.names().stream().noneMatch(name -> MtebTask.named(name).isPresent())) {
            throw new ConfigException("--mteb: results are written for "
                + MtebTask.all().stream().map(MtebTask::name).collect(Collectors.joining(", "))
                + ", and --tasks names none of them: " + String.join(", ", list.names()));
        }
    }

    private static SentenceEmbedder remembering(SentenceEmbedder embedder, List<Task> tasks) {
        Set<String> graded = tasks.stream().filter(task -> MtebTask.named(task.name()).isPresent())
            .flatMap(Task::sentences).collect(Collectors.toSet());
        return new RememberingEmbedder(embedder, graded);
    }

    private void writeForMteb(MtebModel called, List<Task> tasks, SentenceEmbedder embedder) {
        List<Path> files = new MtebResults(mteb).write(called, tasks, embedder, OptionalDouble.empty());
        String names = files.stream().map(file -> file.getFileName().toString()).collect(Collectors.joining(", "));
        LOG.info("wrote {} for mteb to {}", names, files.get(0).getParent());
    }

    private void print(EvaluationReport report, ModelOptions.Opened opened) {
        PrintWriter out = spec.commandLine().getOut();
        String label = opened.adapter().isPresent() ? "adapter" : "model";
        out.println(new ScoreTable(protocol).row(label, report.result()).plain());
        out.flush();
        if (opened.model().encoder().shortened() > 0) {
            LOG.warn("{} sentences were longer than the model and were cut so that the prompt's end stays",
                opened.model().encoder().shortened());
        }
        if (output != null) {
            ResultsJson.write(output, report);
            LOG.info(String.format(Locale.ROOT, "wrote %s", output));
        }
    }

    /** The process waits for its command after SIGINT and SIGTERM: an evaluation ends at once, nothing is lost. */
    private static void stopIfAsked() {
        if (Interruption.signal().requested()) {
            throw new EvaluationException("stopped; nothing was written");
        }
    }

    private record Embedding(SentenceModel model, String describe) implements SentenceEmbedder {

        @Override
        public float[][] embed(List<String> sentences) {
            stopIfAsked();
            return model.embed(sentences, TextRule.EVALUATION);
        }
    }
}
