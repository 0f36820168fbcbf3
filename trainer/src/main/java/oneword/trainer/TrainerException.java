package oneword.trainer;

/** A failure of a run that the user can mend; the message says what is at fault and the way out. */
public class TrainerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Creates one with the text that the user will read. */
    public TrainerException(String message) {
        super(message);
    }

    /** Creates one with the text that the user will read and what lies beneath. */
    public TrainerException(String message, Throwable cause) {
        super(message, cause);
    }
}
