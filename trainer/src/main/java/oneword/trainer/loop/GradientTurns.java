package oneword.trainer.loop;

import java.util.concurrent.CancellationException;
import oneword.lora.decoder.GradientOrder;

/**
 * Micro-batches that go back side by side add to each stage's gradients in their own order, so that a step's gradients
 * are the same, bit for bit, whichever of them is faster.
 *
 * <p>They must begin in that order. All take a similar time for a stage, so that none waits long but for the first.
 */
final class GradientTurns {

    private final int[] next;
    private int failed = Integer.MAX_VALUE;

    /**
     * The first micro-batch's turn at every stage.
     *
     * @param stages of the decoder
     */
    GradientTurns(int stages) {
        next = new int[stages];
    }

    /**
     * The order for one micro-batch. It must come to every stage that the others come to.
     *
     * @param microBatch its number, from 0
     */
    GradientOrder of(int microBatch) {
        return (stage, addition) -> {
            await(stage, microBatch);
            addition.run();
            advance(stage);
        };
    }

    /**
     * Does a micro-batch's work. Where it fails, later ones, which would wait for its turns, give up.
     *
     * @param microBatch its number
     * @param work uses the micro-batch's order
     */
    void run(int microBatch, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            abandon(microBatch);
            throw e;
        }
    }

    private synchronized void abandon(int microBatch) {
        failed = Math.min(failed, microBatch);
        notifyAll();
    }

    private synchronized void await(int stage, int microBatch) {
        boolean interrupted = false;
        while (next[stage] != microBatch && microBatch < failed) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (next[stage] != microBatch) {
            throw new CancellationException("micro-batch " + failed + " has failed");
        }
    }

    private synchronized void advance(int stage) {
        next[stage]++;
        notifyAll();
    }
}
