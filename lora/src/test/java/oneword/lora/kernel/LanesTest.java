package oneword.lora.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LanesTest {

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 2", "8, 2", "12, 3", "16, 4", "32, 8", "128, 8"})
    void coresAreShared(int threads, int lanes) {
        assertThat(Lanes.count(threads)).isEqualTo(lanes);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyPieceIsDoneOnce(int count) {
        try (Lanes lanes = Lanes.of(count)) {
            for (int pieces : new int[] {0, 1, 2, 7}) {
                Queue<Integer> done = new ConcurrentLinkedQueue<>();
                lanes.run(pieces, done::add);
                assertThat(done).containsExactlyInAnyOrderElementsOf(IntStream.range(0, pieces).boxed().toList());
            }
        }
    }

    @Test
    void piecesRunSideBySide() {
        CountDownLatch both = new CountDownLatch(2);
        try (Lanes lanes = Lanes.of(2)) {
            lanes.run(2, i -> {
                both.countDown();
                assertThat(waits(both)).isTrue();
            });
        }
    }

    @Test
    void aSingleLaneIsTheCallersThread() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Lanes.single().run(3, i -> threads.add(Thread.currentThread()));
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void eachLaneHasItsShareOfTheCoresAndTheCallerKeepsAll() {
        int all = Torch.threads();
        Queue<Integer> shares = new ConcurrentLinkedQueue<>();
        try (Lanes lanes = Lanes.of(2)) {
            CountDownLatch both = new CountDownLatch(2);
            lanes.run(2, i -> {
                both.countDown();
                assertThat(waits(both)).isTrue();
                shares.add(Torch.threads());
            });
        }
        int share = Math.max(1, all / 2);
        assertThat(shares).containsExactly(share, share);
        assertThat(Torch.threads()).isEqualTo(all);
    }

    @Test
    void ofSeveralFailuresThatOfTheFirstPieceIsThrownAndNoOtherBegins() {
        Queue<Integer> begun = new ConcurrentLinkedQueue<>();
        CountDownLatch both = new CountDownLatch(2);
        CountDownLatch secondFailed = new CountDownLatch(1);
        try (Lanes lanes = Lanes.of(2)) {
            assertThatThrownBy(() -> lanes.run(50, i -> {
                begun.add(i);
                both.countDown();
                assertThat(waits(both)).isTrue();
                if (i == 1) {
                    secondFailed.countDown();
                } else {
                    assertThat(waits(secondFailed)).isTrue();
                }
                throw new IllegalArgumentException("piece " + i);
            })).isInstanceOf(IllegalArgumentException.class).hasMessage("piece 0");
            assertThat(begun).containsExactlyInAnyOrder(0, 1);
            lanes.run(2, begun::add);
            assertThat(begun).hasSize(4);
        }
    }

    @Test
    void errorsReachTheCaller() {
        try (Lanes lanes = Lanes.of(2)) {
            for (Throwable failure : List.of(new OutOfMemoryError("heap"), new IllegalStateException("state"))) {
                assertThatThrownBy(() -> lanes.run(2, i -> raise(failure))).isSameAs(failure);
            }
        }
    }

    private static void raise(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    private static boolean waits(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }
}
