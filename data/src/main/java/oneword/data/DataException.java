package oneword.data;

import java.nio.file.Path;

/**
 * The one error of this module that a user can cause: a file that is missing, damaged or not of the expected form, a
 * prompt or tokenizer that cannot be used. The message names the file, the line and column where there are any, what
 * was found, what was expected, and the way out; it is fit to be printed without a stack trace.
 */
public final class DataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an error.
     *
     * @param message what is wrong, where, and the way out
     */
    public DataException(String message) {
        super(message);
    }

    /**
     * Creates an error that has a cause.
     *
     * @param message what is wrong, where, and the way out
     * @param cause what made it come to light
     */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * An error at a line of a file.
     *
     * @param file the file
     * @param line the line, counted from 1
     * @param message what is wrong there, and the way out
     * @return the error, its message led by {@code FILE, line N: }
     */
    public static DataException at(Path file, long line, String message) {
        return new DataException(file + ", line " + line + ": " + message);
    }

    /**
     * An error at a line of a file that has a cause.
     *
     * @param file the file
     * @param line the line, counted from 1
     * @param message what is wrong there, and the way out
     * @param cause what made it come to light
     * @return the error, its message led by {@code FILE, line N: }
     */
    public static DataException at(Path file, long line, String message, Throwable cause) {
        return new DataException(file + ", line " + line + ": " + message, cause);
    }
}
