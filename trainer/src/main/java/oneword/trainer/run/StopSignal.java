package oneword.trainer.run;

import java.util.function.Supplier;

/**
 * A request to stop that comes from another thread: the run ends its step, saves and returns.
 *
 * <p>What may be {@linkplain #leaving left} where it stands need not answer: nothing half-written ever counts.
 */
public final class StopSignal {

    private volatile boolean requested;
    private volatile boolean leavable;

    /** Asks the run to stop. */
    public void request() {
        requested = true;
    }

    /** Whether a stop was asked for. */
    public boolean requested() {
        return requested;
    }

    /** Whether the work in hand may be left where it stands, so that there is nothing to wait for. */
    public boolean leavable() {
        return leavable;
    }

    /**
     * Does work that may be left where it stands, such as a download or the loading of a model.
     *
     * @param work that takes long and does not look at this signal
     * @return what the work gives
     */
    public <T> T leaving(Supplier<T> work) {
        leavable = true;
        try {
            return work.get();
        } finally {
            leavable = false;
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
