package oneword.trainer.run;

/** A request to stop that comes from another thread: the run ends its step, saves and returns. */
public final class StopSignal {

    private volatile boolean requested;

    /** Asks the run to stop. */
    public void request() {
        requested = true;
    }

    /** Whether a stop was asked for. */
    public boolean requested() {
        return requested;
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
