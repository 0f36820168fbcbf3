package oneword.trainer.embedding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** How vectors are laid out in a file. */
enum VectorFormat {

    /**
     * NumPy's format, version 1.0 (NEP 1): the bytes {@code 93 'NUMPY' 01 00}, the header's length in two bytes, little
     * end first, the header, a Python dictionary filled up with spaces and ended by a line feed so that the numbers
     * start at byte 128, then float32, little end first, row by row.
     */
    NPY(".npy") {
        @Override
        void begin(OutputStream out, long rows, int columns) throws IOException {
            String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + columns + "), }";
            ByteBuffer start = ByteBuffer.allocate(NPY_DATA).order(ByteOrder.LITTLE_ENDIAN);
            start.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
            int length = NPY_DATA - start.position() - Short.BYTES;
            start.putShort((short) length);
            start.put((header + " ".repeat(length - 1 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
            out.write(start.array());
        }

        @Override
        void row(OutputStream out, float[] row) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(row.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(row);
            out.write(bytes.array());
        }
    },

    /** One JSON array per line, ASCII; numbers have the fewest digits, but at least two, that give the same float32. */
    JSONL(".jsonl") {
        @Override
        void begin(OutputStream out, long rows, int columns) {
            // A file of lines has no header.
        }

        @Override
        void row(OutputStream out, float[] row) throws IOException {
            try (JsonGenerator json = JSON.createGenerator(out)) {
                json.writeStartArray();
                for (float value : row) {
                    json.writeNumber(value);
                }
                json.writeEndArray();
            }
            out.write('\n');
        }
    };

    private static final int NPY_DATA = 128;
    // Up to Java 18 Float.toString gives more digits than needed for some numbers; the fast writer never does.
    private static final JsonFactory JSON = JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
        .disable(StreamWriteFeature.AUTO_CLOSE_TARGET).disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM).build();

    private final String ending;

    VectorFormat(String ending) {
        this.ending = ending;
    }

    /** Finds the format by the end of the file's name. */
    static VectorFormat of(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        for (VectorFormat format : values()) {
            if (name.endsWith(format.ending)) {
                return format;
            }
        }
        throw new EmbeddingException("cannot tell the format of " + file + ": the name must end in " + NPY.ending
            + " (NumPy, float32) or " + JSONL.ending + " (one JSON array per line)");
    }

    abstract void begin(OutputStream out, long rows, int columns) throws IOException;

    abstract void row(OutputStream out, float[] row) throws IOException;
}
