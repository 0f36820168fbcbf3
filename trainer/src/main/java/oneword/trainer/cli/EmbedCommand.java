package oneword.trainer.cli;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import oneword.data.DataException;
import oneword.lora.decoder.Decoders;
import oneword.trainer.embedding.EmbeddingException;
import oneword.trainer.embedding.NextWords;
import oneword.trainer.embedding.NextWords.NextWord;
import oneword.trainer.embedding.TextRule;
import oneword.trainer.embedding.stream.RowFile;
import oneword.trainer.embedding.stream.SentenceReader;
import oneword.trainer.embedding.stream.Window;
import oneword.trainer.embedding.stream.Windows;
import oneword.trainer.progress.ProgressDisplay;
import oneword.trainer.progress.Screen;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code oneword embed}. */
@Command(name = "embed", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = "Turn sentences, one a line, into vectors, in their order; or say which words they mean.",
    footer = {"", EmbedCommand.FOOTER})
final class EmbedCommand implements Callable<Integer> {

    static final String FOOTER = "Inputs may be of any length: memory stays the same. What an interruption leaves "
        + "stands beside the output under a name with a dot, and the same command with --resume goes on with it.";

    private static final Logger LOG = LoggerFactory.getLogger(EmbedCommand.class);
    private static final String STDIN = "-";

    @Mixin
    private ModelOptions model;

    @Option(names = "--input", paramLabel = "FILE|-", required = true,
        description = "UTF-8 text, one sentence a line; - reads stdin.")
    private String input;

    @Option(names = "--output", paramLabel = "FILE.npy|.jsonl|.parquet",
        description = "float32 [n, d] as .npy, a JSON array a line as .jsonl, or the columns sentence and embedding "
            + "as .parquet. With --words: .jsonl, a JSON object a line.")
    private Path output;

    @Option(names = "--words", paramLabel = "N", arity = "0..1", fallbackValue = "5",
        description = "In place of vectors: the N most probable next words of the prompt (default: "
            + "${FALLBACK-VALUE}), to stdout where there is no --output.")
    private Integer words;

    @Option(names = "--as", paramLabel = "evaluation|training|raw", defaultValue = "evaluation",
        description = "Rule from line to prompt; raw takes the line as the whole prompt (default: ${DEFAULT-VALUE}).")
    private TextRule rule;

    @Option(names = "--normalize", description = "Scale every vector to length 1.")
    private boolean normalize;

    @Option(names = "--window", paramLabel = "N",
        description = "Sentences that are sorted by length and embedded together, and that an interruption loses at "
            + "most (default: 2048 on a CPU, 16384 on a GPU; fewer for wide models).")
    private Integer window;

    @Option(names = "--resume", description = "Go on with what an interruption left of --output.")
    private boolean resume;

    @Spec
    private CommandSpec spec;

    /** Takes what a window became; there is a head where words are asked for. */
    private interface Sink {

        void accept(Window window, float[][] vectors, NextWords head);
    }

    @Override
    public Integer call() {
        checkOptions();
        ModelOptions.Choice choice = model.choose(Optional.empty());
        Optional<Path> file = input.equals(STDIN) ? Optional.empty() : Optional.of(ModelOptions.paths().find(input));
        long total = file.filter(Files::isRegularFile).map(SentenceReader::count).orElse(0L);
        try (SentenceReader sentences =
            file.map(SentenceReader::of).orElseGet(() -> SentenceReader.of(System.in, Path.of("stdin")))) {
            if (output == null) {
                print(choice, sentences);
                return 0;
            }
            int size = windowSize(choice);
            Map<String, String> settings = settings(choice, size, total);
            return words == null
                ? write(RowFile.ofVectors(output, settings, resume, LOG::info), choice, sentences, size, total,
                    (vectors, head) -> Arrays.asList(vectors))
                : write(RowFile.ofWords(output, settings, resume, LOG::info), choice, sentences, size, total,
                    (vectors, head) -> head.of(vectors));
        }
    }

    private void checkOptions() {
        if (output == null && words == null) {
            throw new ParameterException(spec.commandLine(), "Give --output FILE for vectors, or --words [N]");
        }
        if (output == null && resume) {
            throw new ParameterException(spec.commandLine(), "--resume goes with --output FILE");
        }
        if (words != null && words < 1) {
            throw new ParameterException(spec.commandLine(), "--words: expected at least 1, found " + words);
        }
        if (window != null && window < 1) {
            throw new ParameterException(spec.commandLine(), "--window: expected at least 1, found " + window);
        }
        if (words != null && normalize) {
            throw new ParameterException(spec.commandLine(), "--normalize is for vectors, and --words writes none");
        }
    }

    private int windowSize(ModelOptions.Choice choice) {
        return window != null
            ? window : Windows.size(Decoders.read(choice.folder()).outputWidth(), choice.device().isGpu());
    }

    /** What the rows depend on besides the sentences, and how they are computed together. */
    private Map<String, String> settings(ModelOptions.Choice choice, int windowSize, long total) {
        Map<String, String> settings = choice.settings();
        settings.put("--as", rule.name().toLowerCase(Locale.ROOT));
        settings.put("--normalize", String.valueOf(normalize));
        settings.put("--words", words == null ? "none" : words.toString());
        settings.put("--window", String.valueOf(windowSize));
        if (total > 0) {
            settings.put("input", total + " lines");
        }
        return settings;
    }

    private <R> int write(RowFile<R> rows, ModelOptions.Choice choice, SentenceReader sentences, int size, long total,
        BiFunction<float[][], NextWords, List<R>> row) {
        try (rows) {
            sentences.skip(rows.rows(), rows.sha256());
            boolean finished = false;
            try {
                run(choice, sentences, size, Optional.of(total),
                    (done, vectors, head) -> rows.append(done, row.apply(vectors, head)));
                rows.finish();
                finished = true;
                return 0;
            } catch (CancellationException e) {
                return 1;
            } finally {
                if (!finished && rows.rows() > 0) {
                    LOG.info("{} sentences are kept; the same command with --resume goes on behind them",
                        String.format(Locale.ROOT, "%,d", rows.rows()));
                }
            }
        }
    }

    /** Words to stdout, each as soon as it is known where a person types the sentences. */
    private void print(ModelOptions.Choice choice, SentenceReader sentences) {
        boolean typed = input.equals(STDIN) && System.console() != null;
        PrintWriter out = spec.commandLine().getOut();
        try {
            run(choice, sentences, typed ? 1 : windowSize(choice), Optional.empty(), (done, vectors, head) -> {
                List<List<NextWord>> found = head.of(vectors);
                for (int i = 0; i < found.size(); i++) {
                    out.println(done.sentences().get(i) + "\t" + line(found.get(i)));
                }
                if (out.checkError()) { // flushes, too
                    throw new CancellationException("nobody reads stdout any more");
                }
            });
        } catch (CancellationException e) {
            LOG.debug("stopped", e);
        }
    }

    /**
     * Embeds all that is left of the sentences.
     *
     * @param total of the sentences, 0 if not known; empty where no progress is shown
     * @throws CancellationException if the process is asked to stop
     */
    private void run(ModelOptions.Choice choice, SentenceReader sentences, int size, Optional<Long> total, Sink sink) {
        long start = sentences.rows();
        try (ModelOptions.Opened opened = choice.open();
            NextWords head = words == null ? null : NextWords.load(choice.folder(), opened.model(), words);
            Windows windows = new Windows(
                sentences, size, line -> opened.model().ids(line, rule), Interruption.signal()::requested);
            ProgressDisplay display = total.map(all ->
                new ProgressDisplay(Screen.stderr(), "embedding", "sentences", start, all)).orElse(null)) {
            boolean any = start > 0;
            for (Window next = windows.next(); next != null; next = windows.next()) {
                any = true;
                long first = next.first();
                float[][] vectors = opened.model().embed(next.ids(), count -> {
                    if (Interruption.signal().requested()) {
                        throw new CancellationException("asked to stop");
                    }
                    if (display != null) {
                        display.update(first + count);
                    }
                });
                finish(first, vectors);
                sink.accept(next, vectors, head);
            }
            if (!any) {
                throw new DataException(sentences.name() + ": holds no line");
            }
            int cut = opened.model().encoder().shortened();
            if (cut > 0) {
                LOG.warn("{} sentences were longer than the model and were cut so that the prompt's end stays", cut);
            }
        }
    }

    private void finish(long before, float[][] vectors) {
        for (int i = 0; i < vectors.length; i++) {
            double squares = 0;
            for (float value : vectors[i]) {
                squares += (double) value * value;
            }
            if (!Double.isFinite(squares)) {
                throw new EmbeddingException("the vector of line " + (before + i + 1) + " has a number that is not "
                    + "finite; half precision may have overflowed: try --precision fp32");
            }
            double length = Math.sqrt(squares);
            for (int j = 0; normalize && j < vectors[i].length && length > 0; j++) {
                vectors[i][j] /= (float) length;
            }
        }
    }

    /** {@code Smoking 0.231, " the" 0.020}: in quotes what would not be seen or could be misread. */
    static String line(List<NextWord> words) {
        return words.stream()
            .map(word -> quoted(word.text()) + String.format(Locale.ROOT, " %.3f", word.probability()))
            .collect(Collectors.joining(", "));
    }

    private static String quoted(String text) {
        boolean plain = !text.isEmpty() && text.codePoints().noneMatch(c -> c == ',' || c == '"'
            || Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c));
        return plain ? text : "\"" + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }
}
