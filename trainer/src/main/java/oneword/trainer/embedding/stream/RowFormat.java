package oneword.trainer.embedding.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.util.List;

/**
 * How rows are laid out in a file that grows window by window. An object serves one file.
 *
 * @param <R> what there is of a sentence: its vector, or its next words
 */
interface RowFormat<R> {

    /** Writes what stands before the first row. */
    default void begin(OutputStream out) throws IOException {
        // Files of lines begin with the first row.
    }

    /**
     * Takes up a file that was begun before.
     *
     * @param file readable, from its beginning to {@code end} what {@link #begin} and {@link #append} wrote
     * @param end where the next window goes
     */
    default void resume(FileChannel file, long end) throws IOException {
        // Most formats need to know nothing of earlier rows.
    }

    /**
     * Writes a window.
     *
     * @param sentences the lines
     * @param rows one for each
     */
    void append(OutputStream out, List<String> sentences, List<R> rows) throws IOException;

    /**
     * Makes the file whole.
     *
     * @param file writable, at its end
     * @param rows how many there are, at least 1
     */
    default void finish(FileChannel file, long rows) throws IOException {
        // Files of lines end with the last row.
    }
}
