package oneword.trainer.evaluation;

/**
 * An evaluation cannot be made: a task that does not exist, a data set that is not there, a vector that is not a
 * number, a results file that cannot be read or written. The message is meant for the user as it stands.
 */
public final class EvaluationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * An error found by this package itself.
     *
     * @param message what is wrong, where, and the way out
     */
    public EvaluationException(String message) {
        super(message);
    }

    /**
     * An error that follows from another one.
     *
     * @param message what is wrong, where, and the way out
     * @param cause what was met
     */
    public EvaluationException(String message, Throwable cause) {
        super(message, cause);
    }
}
