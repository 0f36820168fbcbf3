package oneword.trainer.checkpoint;

/** A run folder or checkpoint that cannot be used or written; the message is meant for the user. */
public final class CheckpointException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Reports a problem.
     *
     * @param message what is wrong, with the path at fault and the way out
     */
    public CheckpointException(String message) {
        super(message);
    }

    /**
     * Reports a problem with its cause.
     *
     * @param message what is wrong, with the path at fault and the way out
     * @param cause what the system said
     */
    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
