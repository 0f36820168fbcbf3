package oneword.trainer.cli;

import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import oneword.trainer.progress.Screen;
import oneword.trainer.run.StopSignal;

/**
 * Turns SIGINT and SIGTERM into a request to stop, and waits until it is met where somebody watches for it. Where
 * nobody does, the process ends at once: whatever matters is written under another name first, so nothing half-made is
 * left to be taken for whole.
 *
 * <p>The JVM itself then ends with 130 or 143, as it does after these signals.
 */
final class Interruption {

    private static final StopSignal STOP = new StopSignal();

    private Interruption() {}

    /** The signal that commands watch. */
    static StopSignal signal() {
        return STOP;
    }

    /** Runs work that may ask for a moment to end in order when the process is asked to stop meanwhile. */
    static int guard(IntSupplier work) {
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            STOP.request();
            STOP.answer().filter(answer -> done.getCount() > 0).ifPresent(answer -> {
                Screen.stderr().println(answer);
                awaitQuietly(done);
            });
        }, "oneword-stop"));
        try {
            return work.getAsInt();
        } finally {
            done.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch done) {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
