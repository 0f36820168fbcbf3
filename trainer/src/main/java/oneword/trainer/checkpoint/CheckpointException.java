package oneword.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

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

    /**
     * Reports what the file system refused.
     *
     * @param what was tried, such as {@code cannot write runs/a/config.yaml}
     * @param cause what the system said
     * @return an exception that says both
     */
    public static CheckpointException of(String what, IOException cause) {
        String reason = cause.getMessage();
        if (cause instanceof AccessDeniedException) {
            reason = "permission denied for " + cause.getMessage();
        } else if (cause instanceof NoSuchFileException) {
            reason = "there is no " + cause.getMessage();
        }
        return new CheckpointException(what + ": " + reason, cause);
    }
}
