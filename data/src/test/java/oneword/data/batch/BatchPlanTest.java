package oneword.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import oneword.data.DataException;
import oneword.data.nli.Triple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchPlanTest {

    private static final Duration GENEROUS = Duration.ofSeconds(60);

    private static List<Triple> rows(int n, IntFunction<Triple> row) {
        return IntStream.range(0, n).mapToObj(row).toList();
    }

    private static List<Triple> distinct(int n) {
        return rows(n, i -> new Triple("a" + i, "p" + i, "n" + i));
    }

    /** Rows whose texts come from a small set, so that nearly all collide with some other row. */
    private static List<Triple> colliding(int n, int vocabulary, long seed) {
        Random random = new Random(seed);
        return rows(n, i -> new Triple("t" + random.nextInt(vocabulary), "t" + random.nextInt(vocabulary),
            random.nextInt(4) == 0 ? null : "t" + random.nextInt(vocabulary)));
    }

    private static Set<String> texts(Triple row) {
        Set<String> texts = new HashSet<>(List.of(row.anchor(), row.positive()));
        if (row.hasHardNegative()) {
            texts.add(row.hardNegative());
        }
        return texts;
    }

    private static void assertSound(List<Triple> rows, int[] groups, int batchSize, List<int[]> batches) {
        int[] seen = new int[rows.size()];
        for (int[] batch : batches) {
            assertThat(batch.length).isBetween(1, batchSize);
            Set<String> texts = new HashSet<>();
            for (int row : batch) {
                seen[row]++;
                assertThat(groups[row]).isEqualTo(groups[batch[0]]);
                for (String text : texts(rows.get(row))) {
                    assertThat(texts.add(text)).as("'%s' twice in a batch", text).isTrue();
                }
            }
        }
        assertThat(seen).containsOnly(1);
    }

    /** The plan by its definition: each row to the first batch that can take it, found by looking through all. */
    private static List<List<Integer>> firstFit(List<Triple> rows, int[] groups, int batchSize) {
        List<List<Integer>> batches = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            int index = row;
            List<Integer> home = batches.stream()
                .filter(batch -> batch.size() < batchSize && groups[batch.get(0)] == groups[index])
                .filter(batch -> batch.stream().noneMatch(other -> texts(rows.get(other)).stream()
                    .anyMatch(texts(rows.get(index))::contains)))
                .findFirst().orElse(null);
            if (home == null) {
                home = new ArrayList<>();
                batches.add(home);
            }
            home.add(row);
        }
        return batches;
    }

    private static List<List<Integer>> lists(List<int[]> batches) {
        return batches.stream().map(batch -> IntStream.of(batch).boxed().toList()).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 1000})
    void everyRowStandsInOneBatchAndNoTextTwice(int batchSize) {
        for (int vocabulary : new int[] {1, 2, 5, 60, 3000}) {
            List<Triple> rows = colliding(400, vocabulary, vocabulary);
            int[] groups = new Random(batchSize).ints(400, -1, 3).toArray();
            for (boolean shuffle : new boolean[] {true, false}) {
                BatchPlan plan = new BatchPlan(rows, groups, batchSize, 42, shuffle);
                for (int epoch = 0; epoch < 3; epoch++) {
                    assertSound(rows, groups, batchSize, plan.epoch(epoch));
                }
            }
        }
    }

    @Test
    void eachRowGoesToTheEarliestBatchThatCanTakeIt() {
        for (int seed = 0; seed < 60; seed++) {
            int batchSize = 1 + seed % 9;
            List<Triple> rows = colliding(70, 3 + 4 * (seed % 13), seed);
            int[] groups = new Random(seed).ints(70, 0, 1 + seed % 3).toArray();
            assertThat(lists(new BatchPlan(rows, groups, batchSize, 0, false).epoch(0)))
                .isEqualTo(firstFit(rows, groups, batchSize));
        }
    }

    @Test
    void withoutShufflingBatchesAreConsecutiveRows() {
        BatchPlan plan = new BatchPlan(distinct(10), 4, 42, false);
        assertThat(plan.epoch(0)).containsExactly(new int[] {0, 1, 2, 3}, new int[] {4, 5, 6, 7}, new int[] {8, 9});
        assertThat(plan.epoch(5)).containsExactlyElementsOf(plan.epoch(0));
        assertThat(plan.steps(2)).isEqualTo(6);
        assertThat(plan.rows()).isEqualTo(10);
    }

    @Test
    void onlyARowWhoseTextRepeatsIsMovedAndARepeatInsideARowIsNone() {
        List<Triple> rows = List.of(new Triple("a", "a", "a"), new Triple("b", "a", null), new Triple("c", "d", "e"),
            new Triple("f", "g", "h"), new Triple("i", "j", "k"));
        assertThat(new BatchPlan(rows, 2, 42, false).epoch(0))
            .containsExactly(new int[] {0, 2}, new int[] {1, 3}, new int[] {4});
    }

    @Test
    void aTextCollidesWhateverItsPart() {
        List<Triple> rows = List.of(new Triple("x", "1", "2"), new Triple("3", "x", "4"), new Triple("5", "6", "x"));
        assertThat(new BatchPlan(rows, 3, 42, false).epoch(0))
            .containsExactly(new int[] {0}, new int[] {1}, new int[] {2});
    }

    @Test
    void theOrderIsAFunctionOfSeedAndEpoch() {
        List<Triple> rows = colliding(500, 300, 1);
        List<int[]> epoch = new BatchPlan(rows, 16, 42, true).epoch(3);
        BatchPlan same = new BatchPlan(rows, 16, 42, true);
        same.epoch(0);
        assertThat(lists(same.epoch(3))).isEqualTo(lists(epoch));
        assertThat(lists(same.epoch(2))).isNotEqualTo(lists(epoch));
        assertThat(lists(new BatchPlan(rows, 16, 43, true).epoch(3))).isNotEqualTo(lists(epoch));
    }

    @Test
    void distinctRowsAreDealtInShuffledOrder() {
        int[] order = new BatchPlan(distinct(50), 8, 42, true).epoch(1).stream().flatMapToInt(IntStream::of).toArray();
        assertThat(order).isEqualTo(Shuffle.permutation(50, 42, 1));
    }

    @Test
    void oneTextInEveryRowMakesBatchesOfOneRow() {
        List<Triple> rows = rows(200_000, i -> new Triple("same", "p" + i, "n" + i));
        List<int[]> batches = assertTimeoutPreemptively(GENEROUS, () -> new BatchPlan(rows, 256, 42, true).epoch(0));
        assertThat(batches).hasSize(200_000);
    }

    @Test
    void contrivedRepeatsStillTakeTimeInProportion() {
        int n = 200_000;
        Random random = new Random(5);
        List<IntFunction<Triple>> contrived = List.of(
            i -> new Triple("s" + i, "s" + (i + 1), "s" + (i + 2)),
            i -> new Triple("x" + i % 2, "p" + i, null),
            i -> new Triple("x" + i % 3, "x" + (i + 1) % 3, "n" + i),
            i -> new Triple("t" + random.nextInt(3), "t" + random.nextInt(3), "t" + random.nextInt(3)),
            i -> new Triple("t" + random.nextInt(100), "t" + random.nextInt(100), "t" + random.nextInt(100)),
            i -> new Triple("t" + random.nextInt(100), i % 2 == 0 ? "u" : "v", "n" + i),
            i -> new Triple("r" + Integer.numberOfTrailingZeros(i + 1), "q" + i % 1000, "q" + i % 777));
        for (IntFunction<Triple> row : contrived) {
            List<Triple> rows = rows(n, row);
            for (boolean shuffle : new boolean[] {false, true}) {
                List<int[]> batches =
                    assertTimeoutPreemptively(GENEROUS, () -> new BatchPlan(rows, 256, 42, shuffle).epoch(0));
                assertSound(rows, new int[n], 256, batches);
            }
        }
    }

    @Test
    void aChainOfSentencesStillFillsItsBatches() {
        List<Triple> rows = rows(1000, i -> new Triple("s" + i, "s" + (i + 1), null));
        assertThat(new BatchPlan(rows, 10, 42, false).epoch(0).size()).isLessThanOrEqualTo(102);
    }

    @Test
    void groupsTakeTurnsInTheOrderTheirBatchesAreOpened() {
        int[] groups = Stream.of("x", "y", "x", "y", "x").mapToInt(String::hashCode).toArray();
        assertThat(new BatchPlan(distinct(5), groups, 2, 42, false).epoch(0))
            .containsExactly(new int[] {0, 2}, new int[] {1, 3}, new int[] {4});
    }

    @Test
    void oneTextMayStandInBatchesOfDifferentGroups() {
        List<Triple> rows = List.of(new Triple("x", "1", null), new Triple("x", "2", null), new Triple("y", "3", null));
        assertThat(new BatchPlan(rows, new int[] {0, 1, 1}, 2, 42, false).epoch(0))
            .containsExactly(new int[] {0}, new int[] {1, 2});
    }

    @Test
    void planningNeedsRowsAndABatchSize() {
        assertThatThrownBy(() -> new BatchPlan(List.of(), 2, 42, true)).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> new BatchPlan(distinct(1), 0, 42, true)).isInstanceOf(DataException.class)
            .hasMessageContaining("training.batch_size");
    }
}
