package oneword.trainer.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SSLHandshakeException;
import oneword.trainer.TrainerException;

/** Decides after each failure whether one thing is tried again, and when. */
final class Attempts {

    private static final int TRIES_WITHOUT_CONNECTION = 3;

    private final Patience patience;
    private final Consumer<String> lines;
    private final String what;
    private final String wayOut;
    private int failures;

    /**
     * Creates the count for one thing.
     *
     * @param what names it in messages
     * @param wayOut what the user can do once it is given up
     */
    Attempts(Patience patience, Consumer<String> lines, String what, String wayOut) {
        this.patience = patience;
        this.lines = lines;
        this.what = what;
        this.wayOut = wayOut;
    }

    /** Forgets the failures so far: the last attempt got on. */
    void progressed() {
        failures = 0;
    }

    /**
     * Sleeps until the next try.
     *
     * @throws TrainerException where there should be none
     */
    void failed(IOException problem) throws InterruptedException {
        failures++;
        boolean unconnected = problem instanceof ConnectException || problem instanceof HttpConnectTimeoutException;
        int tries = unconnected ? Math.min(patience.tries(), TRIES_WITHOUT_CONNECTION) : patience.tries();
        if (failures >= tries || problem instanceof SSLHandshakeException) {
            throw new TrainerException(what + ": " + reason(problem) + "; gave up after "
                + (failures == 1 ? "1 attempt" : failures + " attempts") + ".\n  " + wayOut, problem);
        }
        Duration pause = patience.pauseAfter(failures);
        if (problem instanceof ServerBusyException busy) {
            pause = busy.retryAfter().map(patience::shortened).orElse(pause);
        }
        lines.accept(what + ": " + reason(problem) + "; trying again in " + pause.toSeconds() + " s");
        patience.sleeper().sleep(pause);
    }

    private static String reason(IOException problem) {
        if (problem instanceof SSLHandshakeException) {
            return "no trusted connection (" + problem.getMessage() + ")";
        }
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "the host's name is unknown here";
            }
        }
        if (problem instanceof ConnectException) {
            return "no connection";
        }
        return problem.getMessage() == null ? problem.getClass().getSimpleName() : problem.getMessage();
    }
}
