package oneword.trainer.leaderboard;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Matrices of float32 in NumPy's format, version 1.0 (NEP 1): the bytes {@code 93 'NUMPY' 01 00}, the header's length
 * in two bytes, little end first, the header, a Python dictionary filled up with spaces and ended by a line feed so
 * that the numbers start at byte 128, then the numbers, little end first, row by row.
 */
final class NpyFile {

    private static final int DATA = 128;
    private static final int BUFFER = 1 << 16;

    private NpyFile() {}

    /** How large the file of a matrix is. */
    static long size(long rows, long columns) {
        return DATA + rows * columns * Float.BYTES;
    }

    /** Writes a matrix [n, d], n ≥ 1. */
    static void write(Path file, float[][] rows) throws IOException {
        int columns = rows[0].length;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER)) {
            out.write(header(rows.length, columns));
            ByteBuffer bytes = ByteBuffer.allocate(columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (float[] row : rows) {
                bytes.asFloatBuffer().put(row);
                out.write(bytes.array());
            }
        }
    }

    /** Reads a matrix that {@link #write} wrote, of known shape. */
    static float[][] read(Path file, int rows, int columns) throws IOException {
        float[][] matrix = new float[rows][columns];
        byte[] bytes = new byte[columns * Float.BYTES];
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            in.skipNBytes(DATA);
            for (float[] row : matrix) {
                in.readNBytes(bytes, 0, bytes.length);
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(row);
            }
        }
        return matrix;
    }

    private static byte[] header(int rows, int columns) {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + columns + "), }";
        ByteBuffer start = ByteBuffer.allocate(DATA).order(ByteOrder.LITTLE_ENDIAN);
        start.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
        int length = DATA - start.position() - Short.BYTES;
        start.putShort((short) length);
        start.put((header + " ".repeat(length - 1 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
        return start.array();
    }
}
