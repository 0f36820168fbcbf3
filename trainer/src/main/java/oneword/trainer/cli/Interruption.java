package oneword.trainer.cli;

import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import oneword.trainer.progress.Screen;
import oneword.trainer.run.StopSignal;

/**
 * Turns SIGINT and SIGTERM into a request to stop, and waits until it is met; but what may be left where it stands is
 * left at once.
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

    /** Runs work to its end, or to where it heeds the signal, even where the process is asked to stop meanwhile. */
    static int guard(IntSupplier work) {
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            STOP.request();
            if (done.getCount() > 0 && !STOP.leavable()) {
                Screen.stderr().println("stopping  what is in hand is ended first");
                awaitQuietly(done);
            }
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
