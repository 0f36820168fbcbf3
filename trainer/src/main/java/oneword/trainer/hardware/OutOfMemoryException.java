package oneword.trainer.hardware;

import ai.djl.engine.EngineException;
import java.util.stream.Stream;
import oneword.trainer.TrainerException;

/** There is not enough memory for what was about to be done; less at once may fit. */
public final class OutOfMemoryException extends TrainerException {

    private static final long serialVersionUID = 1L;

    /** Creates one with the text that the user will read. */
    public OutOfMemoryException(String message) {
        super(message);
    }

    /**
     * Tells whether a failure is one of memory: this exception, or libtorch's word that an allocation was refused.
     *
     * @param failure of any kind
     */
    public static boolean is(RuntimeException failure) {
        if (failure instanceof OutOfMemoryException) {
            return true;
        }
        String message = String.valueOf(failure.getMessage());
        return failure instanceof EngineException
            && Stream.of("not enough memory", "out of memory", "can't allocate memory").anyMatch(message::contains);
    }
}
