package oneword.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import oneword.data.batch.BatchEncoder;
import oneword.data.batch.EncodedBatch;
import oneword.data.nli.Columns;
import oneword.data.nli.Triple;
import oneword.data.nli.TripleReader;
import oneword.data.prompt.PromptTemplate;
import oneword.data.token.SentenceEncoder;
import oneword.data.token.Tokenizer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** From 256 triples of the quickstart to token ids. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
public class TokenizerBenchmark {

    private static final int ROWS = 256;

    @Param("models/opt-mini")
    private String model;

    private Tokenizer tokenizer;
    private SentenceEncoder sentences;
    private BatchEncoder batches;
    private List<Triple> triples;
    private int[] rows;

    /** Loads the tokenizer and the triples. */
    @Setup
    public void open() {
        Path root = Path.of(System.getProperty("oneword.root"));
        triples = List.copyOf(TripleReader.read(root.resolve("configs/quickstart/triples.csv"), Columns.DEFAULT, ROWS));
        tokenizer = Tokenizer.load(root.resolve(model));
        sentences = new SentenceEncoder(PromptTemplate.DEFAULT, tokenizer, 32, 512);
        batches = new BatchEncoder(triples, sentences, 0);
        rows = IntStream.range(0, ROWS).toArray();
    }

    /** Sentence after sentence, by the rule for training. */
    @Benchmark
    public int oneThread() {
        int tokens = 0;
        for (Triple triple : triples) {
            tokens += sentences.training(triple.anchor()).length + sentences.training(triple.positive()).length
                + sentences.training(triple.hardNegative()).length;
        }
        return tokens;
    }

    /** As a step's batch, on all cores; nothing is kept from one batch to the next. */
    @Benchmark
    public EncodedBatch batch() {
        return batches.encode(0, 0, rows);
    }

    /** Frees the tokenizer. */
    @TearDown
    public void close() {
        tokenizer.close();
    }
}
