package oneword.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MicroBatchesTest {

    private static List<int[]> random(int n, long seed) {
        Random random = new Random(seed);
        List<int[]> sequences = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            sequences.add(random.ints(1 + random.nextInt(40), 2, 1000).toArray());
        }
        return sequences;
    }

    @Test
    void sequencesAreSortedCutAndPaddedOnTheRight() {
        List<int[]> sequences = List.of(new int[] {1}, new int[] {2, 3, 4}, new int[] {5, 6}, new int[] {7, 8, 9});
        List<MicroBatch> batches = MicroBatches.cut(sequences, 6, 0);
        assertThat(batches).usingRecursiveComparison().isEqualTo(List.of(
            new MicroBatch(new int[] {1, 3}, new int[] {2, 3, 4, 7, 8, 9}, new int[] {3, 3}, 3),
            new MicroBatch(new int[] {2, 0}, new int[] {5, 6, 1, 0}, new int[] {2, 1}, 2)));
    }

    @Test
    void everySequenceStandsInOneRowWithinTheBoundAndTheLongestComeFirst() {
        for (int maxTokens : new int[] {1, 40, 41, 256, 100_000}) {
            List<int[]> sequences = random(200, maxTokens);
            assertComplete(sequences, MicroBatches.cut(sequences, maxTokens, 1), maxTokens);
            assertComplete(sequences, MicroBatches.cutEvenly(sequences, maxTokens, 1, 0), maxTokens);
        }
    }

    private static void assertComplete(List<int[]> sequences, List<MicroBatch> batches, int maxTokens) {
        boolean[] seen = new boolean[sequences.size()];
        int before = Integer.MAX_VALUE;
        for (MicroBatch batch : batches) {
            int n = batch.positions().length;
            assertThat(batch.ids()).hasSize(n * batch.width());
            assertThat(n == 1 || n * batch.width() <= maxTokens).isTrue();
            assertThat(batch.width()).isEqualTo(batch.lengths()[0]);
            for (int row = 0; row < n; row++) {
                int[] ids = sequences.get(batch.positions()[row]);
                assertThat(seen[batch.positions()[row]]).isFalse();
                seen[batch.positions()[row]] = true;
                assertThat(batch.lengths()[row]).isEqualTo(ids.length).isLessThanOrEqualTo(before);
                before = ids.length;
                int[] padded = Arrays.copyOf(ids, batch.width());
                Arrays.fill(padded, ids.length, batch.width(), 1);
                assertThat(Arrays.copyOfRange(batch.ids(), row * batch.width(), (row + 1) * batch.width()))
                    .isEqualTo(padded);
            }
        }
        assertThat(seen).containsOnly(true);
    }

    /** Lengths lie evenly between 1 and 40: the shortest of k parts has 40 / sqrt(k) columns, half of them padding. */
    @ParameterizedTest
    @CsvSource({"100000, 2", "4000, 2", "2200, 4", "1100, 8", "600, 16", "400, 24"})
    void microBatchesToRunSideBySideHaveAboutAsManyTokens(int maxTokens, int count) {
        List<int[]> sequences = random(200, 3);
        List<MicroBatch> batches = MicroBatches.cutEvenly(sequences, maxTokens, 1, 0);
        assertThat(batches).hasSize(count);
        double mean = sequences.stream().mapToInt(ids -> ids.length).sum() / (double) count;
        assertThat(batches).allSatisfy(batch ->
            assertThat((double) Arrays.stream(batch.lengths()).sum()).isCloseTo(mean, within(40.0)));
    }

    @Test
    void aSequenceMuchLongerThanTheOthersStandsAloneWhereItMust() {
        List<int[]> sequences = new ArrayList<>(random(20, 5));
        sequences.add(new int[1000]);
        for (int maxTokens : new int[] {1, 100, 2000, 100_000}) {
            assertComplete(sequences, MicroBatches.cutEvenly(sequences, maxTokens, 1, 0), maxTokens);
        }
        assertThat(MicroBatches.cutEvenly(List.of(new int[1000]), 10, 1, 0)).hasSize(1);
        assertThat(MicroBatches.cutEvenly(List.of(), 10, 1, 0)).isEmpty();
    }

    @Test
    void microBatchesAreAsLargeAsTheBoundAllows() {
        List<MicroBatch> batches = MicroBatches.cut(random(200, 3), 256, 1);
        for (int i = 0; i + 1 < batches.size(); i++) {
            MicroBatch batch = batches.get(i);
            assertThat((batch.positions().length + 1) * batch.width()).isGreaterThan(256);
        }
    }

    @Test
    void equalLengthsKeepTheirOrder() {
        List<int[]> sequences = List.of(new int[] {1, 1}, new int[] {2, 2}, new int[] {3, 3});
        assertThat(MicroBatches.cut(sequences, 100, 0).get(0).positions()).containsExactly(0, 1, 2);
    }

    @Test
    void nothingGivesNothingAndEmptySequencesAreRefused() {
        assertThat(MicroBatches.cut(List.of(), 10, 0)).isEmpty();
        assertThatThrownBy(() -> MicroBatches.cut(List.of(new int[] {1}, new int[0]), 10, 0))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("sequence 1 is empty");
        assertThatThrownBy(() -> MicroBatches.cut(List.of(), 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theCommonStartLeavesEachSequenceATokenOfItsOwn() {
        assertThat(MicroBatches.commonStart(List.of(new int[] {1, 2, 3, 4}, new int[] {1, 2, 5}))).isEqualTo(2);
        assertThat(MicroBatches.commonStart(List.of(new int[] {1, 2, 3, 4}, new int[] {1, 2}))).isEqualTo(1);
        assertThat(MicroBatches.commonStart(List.of(new int[] {1, 2}, new int[] {3, 2}))).isZero();
        assertThat(MicroBatches.commonStart(List.of(new int[] {1, 2, 3}))).isEqualTo(2);
    }
}
