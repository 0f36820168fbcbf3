import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import oneword.data.batch.BatchEncoder;
import oneword.data.batch.BatchPlan;
import oneword.data.batch.EncodedBatch;
import oneword.data.batch.MicroBatch;
import oneword.data.batch.MicroBatches;
import oneword.data.nli.Columns;
import oneword.data.nli.Triple;
import oneword.data.nli.TripleReader;
import oneword.data.prompt.PromptTemplate;
import oneword.data.token.SentenceEncoder;
import oneword.data.token.Tokenizer;

/**
 * Counts the tokens of an epoch of training: what docs/cost-model.md takes its lengths from.
 *
 * <p>{@code java -cp 'trainer/target/oneword.jar:trainer/target/lib/*' bench/TokenCounts.java TOKENIZER_FOLDER TRIPLES [BATCH]
 * [MICRO_BATCH_TOKENS]} prints JSON: sentences, their mean tokens, prompt and BOS included, the mean of the micro-batches'
 * shared prefixes (weighted by their sentences), and the mean sentences of a micro-batch.
 */
public final class TokenCounts {

    private static final int MAX_SENTENCE_TOKENS = 32;
    private static final int MAX_POSITIONS = 2048;

    private TokenCounts() {}

    public static void main(String[] arguments) {
        int batchSize = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 256;
        int microBatchTokens = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 4096;
        List<Triple> triples = TripleReader.read(Path.of(arguments[1]), Columns.DEFAULT, 0);
        long sentences = 0;
        long tokens = 0;
        long prefixes = 0;
        long microBatches = 0;
        try (Tokenizer tokenizer = Tokenizer.load(Path.of(arguments[0]))) {
            BatchEncoder encoder = new BatchEncoder(triples,
                new SentenceEncoder(PromptTemplate.DEFAULT, tokenizer, MAX_SENTENCE_TOKENS, MAX_POSITIONS));
            for (int[] rows : new BatchPlan(triples, batchSize, 42, true).epoch(0)) {
                EncodedBatch batch = encoder.encode(0, 0, rows);
                List<int[]> ids = new ArrayList<>(batch.queries());
                ids.addAll(batch.passages());
                for (MicroBatch cut : MicroBatches.cut(ids, microBatchTokens, 1)) {
                    prefixes += (long) cut.positions().length
                        * MicroBatches.commonStart(Arrays.stream(cut.positions()).mapToObj(ids::get).toList());
                    microBatches++;
                }
                sentences += ids.size();
                tokens += batch.tokens();
            }
        }
        System.out.printf(Locale.ROOT, "{\"sentences\": %d, \"tokens_a_sentence\": %.3f, \"shared_prefix\": %.3f, "
            + "\"sentences_a_micro_batch\": %.2f}%n", sentences, (double) tokens / sentences,
            (double) prefixes / sentences, (double) sentences / microBatches);
    }
}
