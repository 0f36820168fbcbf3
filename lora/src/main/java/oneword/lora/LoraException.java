package oneword.lora;

/**
 * A failure that the user of this module can cause and mend: a file that is missing, damaged or of a kind this
 * module does not read. The message stands alone: it names the file and the place in it, what was expected against
 * what was found, and the way out; a command line prints it as it is, without a stack trace.
 *
 * <p>Mistakes of the calling program (a null, a closed source) are not told by this type.
 */
public class LoraException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure with nothing beneath it.
     *
     * @param message what is wrong, where, and the way out
     */
    public LoraException(String message) {
        super(message);
    }

    /**
     * A failure with a cause.
     *
     * @param message what is wrong, where, and the way out
     * @param cause what was thrown beneath
     */
    public LoraException(String message, Throwable cause) {
        super(message, cause);
    }
}
