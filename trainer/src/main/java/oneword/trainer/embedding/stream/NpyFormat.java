package oneword.trainer.embedding.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * NumPy's format, version 1.0 (NEP 1): the bytes {@code 93 'NUMPY' 01 00}, the header's length in two bytes, little end
 * first, the header, a Python dictionary filled up with spaces and ended by a line feed so that the numbers start at
 * byte 128, then float32 [n, d], little end first, row by row.
 *
 * <p>The header holds n, which a stream does not tell before its end: it is written last, into room left for it.
 */
final class NpyFormat implements RowFormat<float[]> {

    /** Where the numbers start. */
    static final int DATA = 128;

    @Override
    public void begin(OutputStream out) throws IOException {
        out.write(new byte[DATA]);
    }

    @Override
    public void append(OutputStream out, List<String> sentences, List<float[]> rows) throws IOException {
        for (float[] row : rows) {
            ByteBuffer bytes = ByteBuffer.allocate(row.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(row);
            out.write(bytes.array());
        }
    }

    @Override
    public void finish(FileChannel file, long rows) throws IOException {
        long columns = (file.size() - DATA) / Float.BYTES / rows;
        ByteBuffer start = header(rows, columns);
        while (start.hasRemaining()) {
            file.write(start, start.position());
        }
    }

    /** What stands before the numbers of [rows, columns]. */
    static ByteBuffer header(long rows, long columns) {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + columns + "), }";
        ByteBuffer start = ByteBuffer.allocate(DATA).order(ByteOrder.LITTLE_ENDIAN);
        start.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
        int length = DATA - start.position() - Short.BYTES;
        start.putShort((short) length);
        start.put((header + " ".repeat(length - 1 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
        return start.flip();
    }
}
