package oneword.trainer.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/** Produces the bytes of one file. */
@FunctionalInterface
public interface FileContent {

    /**
     * Writes all bytes; opening, closing and making them durable is the {@link Storage}'s part.
     *
     * @param out receives the file
     * @throws IOException if it cannot be written
     */
    void writeTo(WritableByteChannel out) throws IOException;

    /**
     * Content that is already in memory.
     *
     * @param bytes the file's bytes, not copied
     * @return a producer of them
     */
    static FileContent of(byte[] bytes) {
        return out -> {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
        };
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
