package oneword.trainer.run;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * A request to stop that comes from another thread: the run ends its step, saves and returns.
 *
 * <p>Only while somebody {@linkplain #watching watches} is there anything to wait for; otherwise the process may end
 * where it stands, since nothing half-written ever counts.
 */
public final class StopSignal {

    private volatile boolean requested;
    private volatile String answer;

    /** Asks the run to stop. */
    public void request() {
        requested = true;
    }

    /** Whether a stop was asked for. */
    public boolean requested() {
        return requested;
    }

    /** What to tell the person who asks for a stop; empty where nobody watches and nothing is to be waited for. */
    public Optional<String> answer() {
        return Optional.ofNullable(answer);
    }

    /**
     * Does work that answers a stop by itself.
     *
     * @param whatHappens for the person who asks for a stop
     * @param work that ends soon, and in order, when a stop is asked for
     * @return what the work gives
     */
    public <T> T watching(String whatHappens, Supplier<T> work) {
        answer = whatHappens;
        try {
            return work.get();
        } finally {
            answer = null;
        }
    }

    /** Leaves work that can be done again, if a stop was asked for. */
    void check() {
        if (requested) {
            throw new StoppedException();
        }
    }

    /** Work was left because of a stop; nothing is lost. */
    static final class StoppedException extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }
}
