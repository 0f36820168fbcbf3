package oneword.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import oneword.data.DataException;
import oneword.data.Golden;
import oneword.data.nli.Triple;
import oneword.data.prompt.PromptTemplate;
import oneword.data.token.SentenceEncoder;
import oneword.data.token.Tokenizer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BatchStreamTest {

    private static final List<Triple> ROWS = IntStream.range(0, 23)
        .mapToObj(i -> new Triple("anchor " + i % 19, "positive " + i, i % 3 == 0 ? null : "negative " + i)).toList();

    private static Tokenizer tokenizer;
    private static SentenceEncoder sentences;

    @BeforeAll
    static void load() {
        tokenizer = Tokenizer.load(Golden.root().resolve("models/opt-mini"));
        sentences = new SentenceEncoder(PromptTemplate.DEFAULT, tokenizer, 32, 512);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    private static BatchStream stream(long first, long last, int ahead) {
        return new BatchStream(new BatchPlan(ROWS, 4, 42, true), new BatchEncoder(ROWS, sentences), first, last, ahead);
    }

    private static List<EncodedBatch> all(BatchStream stream) {
        try (stream) {
            List<EncodedBatch> batches = new ArrayList<>();
            stream.forEachRemaining(batches::add);
            return batches;
        }
    }

    private static void assertEqual(List<EncodedBatch> actual, List<EncodedBatch> expected) {
        assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
    }

    @Test
    void queriesAreAnchorsAndPassagesArePositivesThenHardNegatives() {
        EncodedBatch batch = new BatchEncoder(ROWS, sentences).encode(7, 2, new int[] {4, 3, 5});
        assertThat(batch.step()).isEqualTo(7);
        assertThat(batch.epoch()).isEqualTo(2);
        assertThat(batch.rows()).containsExactly(4, 3, 5);
        assertThat(batch.queries()).containsExactly(sentences.training("anchor 4"), sentences.training("anchor 3"),
            sentences.training("anchor 5"));
        assertThat(batch.passages()).containsExactly(sentences.training("positive 4"), sentences.training("positive 3"),
            sentences.training("positive 5"), sentences.training("negative 4"), sentences.training("negative 5"));
        assertThat(batch.targets()).containsExactly(0, 1, 2);
        assertThat(batch.hardNegatives()).containsExactly(3, -1, 4);
        assertThat(batch.tokens()).isEqualTo(
            batch.queries().stream().mapToLong(ids -> ids.length).sum()
                + batch.passages().stream().mapToLong(ids -> ids.length).sum());
    }

    @Test
    void encodingIsPureWithAndWithoutACacheAndWhateverIsDoneToItsResult() {
        int[] rows = {0, 1, 2, 7};
        EncodedBatch plain = new BatchEncoder(ROWS, sentences, 0).encode(0, 0, rows);
        for (long cacheTokens : new long[] {20, BatchEncoder.DEFAULT_CACHE_TOKENS}) {
            BatchEncoder encoder = new BatchEncoder(ROWS, sentences, cacheTokens);
            EncodedBatch spoiled = encoder.encode(0, 0, rows);
            spoiled.queries().forEach(ids -> ids[0] = -1);
            assertEqual(List.of(encoder.encode(0, 0, rows)), List.of(plain));
        }
    }

    @Test
    void stepsFollowThePlanEpochAfterEpoch() {
        BatchPlan plan = new BatchPlan(ROWS, 4, 42, true);
        List<EncodedBatch> batches = all(stream(0, 20, 3));
        List<int[]> planned = new ArrayList<>();
        List<Integer> epochs = new ArrayList<>();
        for (int epoch = 0; planned.size() < 20; epoch++) {
            for (int[] rows : plan.epoch(epoch)) {
                planned.add(rows);
                epochs.add(epoch);
            }
        }
        assertThat(batches).hasSize(20);
        for (int step = 0; step < 20; step++) {
            assertThat(batches.get(step).step()).isEqualTo(step);
            assertThat(batches.get(step).rows()).isEqualTo(planned.get(step));
            assertThat(batches.get(step).epoch()).isEqualTo(epochs.get(step));
        }
        assertThat(epochs.get(19)).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aResumedStreamGivesTheSameBatchesAsOneThatRanThrough() {
        List<EncodedBatch> whole = all(stream(0, 20, 2));
        for (int first : new int[] {0, 1, 5, 6, 7, 13, 19, 20}) {
            assertEqual(all(stream(first, 20, 5)), whole.subList(first, 20));
        }
    }

    @Test
    void theEndIsTheEnd() {
        try (BatchStream stream = stream(3, 4, 1)) {
            assertThat(stream.hasNext()).isTrue();
            assertThat(stream.next().step()).isEqualTo(3);
            assertThat(stream.hasNext()).isFalse();
            assertThatThrownBy(stream::next).isInstanceOf(NoSuchElementException.class);
        }
        try (BatchStream empty = stream(4, 4, 1)) {
            assertThat(empty.hasNext()).isFalse();
        }
    }

    @Test
    void anErrorOnTheThreadComesOutAsItIsAfterTheBatchesBeforeIt() {
        List<Triple> rows = new ArrayList<>(ROWS.subList(0, 12));
        rows.set(9, new Triple("half \ud83d", "b", "c"));
        BatchPlan plan = new BatchPlan(rows, 4, 42, false);
        try (BatchStream stream = new BatchStream(plan, new BatchEncoder(rows, sentences), 0, 3, 4)) {
            assertThat(stream.next().step()).isZero();
            assertThat(stream.next().step()).isEqualTo(1);
            for (int again = 0; again < 2; again++) {
                assertThatThrownBy(stream::next).isExactlyInstanceOf(DataException.class)
                    .hasMessageContaining("half of a surrogate pair");
            }
        }
    }

    @Test
    void closingStopsTheThreadHoweverManyStepsAreLeft() {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            BatchStream stream = stream(0, Long.MAX_VALUE, 2);
            stream.next();
            stream.close();
            stream.close();
            assertThat(Thread.getAllStackTraces().keySet()).noneMatch(thread -> thread.getName()
                .equals("oneword-batches"));
            assertThatThrownBy(stream::next).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        });
    }

    @Test
    void closingStopsAThreadThatIsStillLookingForItsFirstStep() {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> stream(Long.MAX_VALUE - 1, Long.MAX_VALUE, 1).close());
    }

    @Test
    void anInterruptedConsumerIsToldAndStaysInterrupted() {
        try (BatchStream stream = stream(Long.MAX_VALUE - 1, Long.MAX_VALUE, 1)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(stream::next).isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void nonsensicalArgumentsAreRefused() {
        assertThatThrownBy(() -> stream(-1, 2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> stream(0, 2, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
