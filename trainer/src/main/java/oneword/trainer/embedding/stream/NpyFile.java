package oneword.trainer.embedding.stream;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/** Vectors that are all there, as one {@code .npy} file. */
public final class NpyFile {

    private static final int BUFFER = 1 << 16;

    private NpyFile() {}

    /**
     * Writes float32 [n, d] in NumPy's format 1.0.
     *
     * @param file receives the whole file, and stays open
     * @param rows n of them, at least one, all of one length
     */
    public static void write(WritableByteChannel file, float[][] rows) throws IOException {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(file), BUFFER);
        out.write(NpyFormat.header(rows.length, rows[0].length).array());
        new NpyFormat().append(out, List.of(), List.of(rows));
        out.flush();
    }
}
