package oneword.trainer.embedding.stream;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Vectors that are all there, as one {@code .npy} file. */
public final class NpyFile {

    private static final int BUFFER = 1 << 16;

    private NpyFile() {}

    /**
     * How large a file is.
     *
     * @param rows n
     * @param columns d
     * @return bytes
     */
    public static long size(long rows, long columns) {
        return NpyFormat.DATA + rows * columns * Float.BYTES;
    }

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

    /**
     * Reads a file that {@link #write} wrote.
     *
     * @param file of {@link #size} bytes
     * @param rows n
     * @param columns d
     * @return [n][d]
     */
    public static float[][] read(Path file, int rows, int columns) throws IOException {
        float[][] vectors = new float[rows][columns];
        byte[] bytes = new byte[columns * Float.BYTES];
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            in.skipNBytes(NpyFormat.DATA);
            for (float[] vector : vectors) {
                in.readNBytes(bytes, 0, bytes.length);
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
            }
        }
        return vectors;
    }
}
