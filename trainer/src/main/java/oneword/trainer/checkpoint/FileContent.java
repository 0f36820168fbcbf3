package oneword.trainer.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Produces one file. */
@FunctionalInterface
public interface FileContent {

    /**
     * Writes the whole file and closes it; making it durable is the {@link Storage}'s part.
     *
     * @param file where to; does not exist, its folder does
     * @throws IOException if it cannot be written
     */
    void writeTo(Path file) throws IOException;

    /**
     * Content that is already in memory.
     *
     * @param bytes the file's bytes, not copied
     * @return a producer of them
     */
    static FileContent of(byte[] bytes) {
        return file -> Files.write(file, bytes);
    }

    /**
     * Text that is already in memory.
     *
     * @param text the file's text, written in UTF-8
     * @return a producer of it
     */
    static FileContent of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }
}
