package oneword.trainer.checkpoint;

import java.io.Closeable;
import java.io.IOException;

/** A file that is written at its end only. */
public interface GrowingFile extends Closeable {

    /**
     * Appends bytes; other processes see them at once. A part of them may be there when this fails.
     *
     * @param bytes what to append, unbuffered
     * @throws IOException if writing fails
     */
    void append(byte[] bytes) throws IOException;

    /**
     * Makes what was appended so far durable.
     *
     * @throws IOException if that fails
     */
    void sync() throws IOException;
}
