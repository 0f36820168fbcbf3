package oneword.trainer.report;

/** A report cannot be made or written. The message is meant for the user as it stands. */
public final class ReportException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * An error that follows from another one.
     *
     * @param message what is wrong, where, and the way out
     * @param cause what was met
     */
    public ReportException(String message, Throwable cause) {
        super(message, cause);
    }
}
