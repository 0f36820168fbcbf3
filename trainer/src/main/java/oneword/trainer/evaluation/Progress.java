package oneword.trainer.evaluation;

/** Hears how far a piece of work has come. */
@FunctionalInterface
public interface Progress {

    /** Hears nothing. */
    Progress NONE = (done, total) -> { };

    /**
     * Called before the first piece with {@code done} 0 and after each piece, on the thread that does the work.
     *
     * @param done units done so far, never falling, in the end {@code total}
     * @param total all units
     */
    void update(long done, long total);
}
