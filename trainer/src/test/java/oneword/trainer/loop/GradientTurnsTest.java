package oneword.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import oneword.lora.kernel.Lanes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GradientTurnsTest {

    private static final int MICRO_BATCHES = 40;

    @Test
    void eachStageIsReachedInTheOrderOfTheMicroBatches() {
        List<Queue<Integer>> added = Stream.generate(ConcurrentLinkedQueue<Integer>::new).limit(3)
            .<Queue<Integer>>map(queue -> queue).toList();
        GradientTurns turns = new GradientTurns(3);
        try (Lanes lanes = Lanes.of(4)) {
            lanes.run(MICRO_BATCHES, i -> {
                Random random = new Random(i);
                for (int stage = 2; stage >= 0; stage--) {
                    long until = System.nanoTime() + random.nextInt(200_000);
                    while (System.nanoTime() < until) {
                        Thread.onSpinWait();
                    }
                    Queue<Integer> sums = added.get(stage);
                    turns.of(i).add(stage, () -> sums.add(i));
                }
            });
        }
        for (Queue<Integer> sums : added) {
            assertThat(sums).containsExactlyElementsOf(IntStream.range(0, MICRO_BATCHES).boxed().toList());
        }
    }

    /** Micro-batch 1 fails while 0 has yet to come to the stage and 2 waits: 0 ends its work, 2 gives up. */
    @Test
    void onlyThoseThatWaitForAMicroBatchThatFailedGiveUp() {
        GradientTurns turns = new GradientTurns(1);
        Queue<Integer> added = new ConcurrentLinkedQueue<>();
        CountDownLatch allHaveBegun = new CountDownLatch(3);
        CountDownLatch lastHasGivenUp = new CountDownLatch(1);
        try (Lanes lanes = Lanes.of(3)) {
            assertThatThrownBy(() -> lanes.run(3, i -> turns.run(i, () -> {
                allHaveBegun.countDown();
                awaitNow(allHaveBegun);
                if (i == 0) {
                    awaitNow(lastHasGivenUp);
                } else if (i == 1) {
                    throw new IllegalStateException("no gradient");
                }
                try {
                    turns.of(i).add(0, () -> added.add(i));
                } finally {
                    lastHasGivenUp.countDown();
                }
            }))).hasMessage("no gradient");
        }
        assertThat(added).containsExactly(0);
        assertThatThrownBy(() -> turns.of(2).add(0, () -> added.add(2))).isInstanceOf(CancellationException.class);
    }

    private static void awaitNow(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
