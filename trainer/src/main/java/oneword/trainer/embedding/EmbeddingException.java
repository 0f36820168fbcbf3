package oneword.trainer.embedding;

/** Vectors cannot be written. The message is meant for the user as it stands. */
public final class EmbeddingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * An error found by this package itself.
     *
     * @param message what is wrong, where, and the way out
     */
    public EmbeddingException(String message) {
        super(message);
    }

    /**
     * An error that follows from another one.
     *
     * @param message what is wrong, where, and the way out
     * @param cause what was met
     */
    public EmbeddingException(String message, Throwable cause) {
        super(message, cause);
    }
}
