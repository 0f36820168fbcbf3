package oneword.data.nli;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;
import java.util.RandomAccess;
import oneword.data.DataException;

/**
 * A list of triples whose texts stand in a temporary file: a row takes 8 bytes of memory, however long its texts are.
 * Safe for use by several threads. The file belongs to this process alone and is gone when it ends, however it ends.
 *
 * <p>A row is three lengths (int32, -1 for an absent hard negative) and three texts in UTF-8, all of them sound.
 */
final class TripleFile extends AbstractList<Triple> implements RandomAccess {

    private static final int TEXTS = 3;
    private static final int BLOCK_BYTES = 1 << 16;

    private final RandomAccessFile file;
    private final long[] offsets;
    private final int size;
    private byte[] block = new byte[0];
    private long blockOffset;
    private int lastRow = -1;

    private TripleFile(RandomAccessFile file, long[] offsets, int size) {
        this.file = file;
        this.offsets = offsets;
        this.size = size;
    }

    /** Takes rows one after the other. */
    static final class Writer implements AutoCloseable {

        private final RandomAccessFile file;
        private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
        private long[] offsets = new long[1024];
        private int size;
        private long end;
        private boolean finished;

        Writer() {
            try {
                Path path = Files.createTempFile("oneword-triples", null);
                file = new RandomAccessFile(path.toFile(), "rw");
                forget(path.toFile());
            } catch (IOException e) {
                throw unusable(e);
            }
        }

        /** Leaves the file to its handle alone; where the system does not allow that, it goes when the process ends. */
        private static void forget(File path) {
            if (!path.delete()) {
                path.deleteOnExit();
            }
        }

        void add(Triple row) {
            byte[][] texts = {bytes(row.anchor()), bytes(row.positive()), bytes(row.hardNegative())};
            ByteBuffer lengths = ByteBuffer.allocate(TEXTS * Integer.BYTES);
            for (byte[] text : texts) {
                lengths.putInt(text == null ? -1 : text.length);
            }
            pending.writeBytes(lengths.array());
            for (byte[] text : texts) {
                if (text != null) {
                    pending.writeBytes(text);
                    end += text.length;
                }
            }
            end += lengths.capacity();
            if (++size == offsets.length) {
                offsets = Arrays.copyOf(offsets, 2 * size);
            }
            offsets[size] = end;
            if (pending.size() >= BLOCK_BYTES) {
                write();
            }
        }

        private static byte[] bytes(String text) {
            return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
        }

        private void write() {
            try {
                file.write(pending.toByteArray());
                pending.reset();
            } catch (IOException e) {
                throw unusable(e);
            }
        }

        int size() {
            return size;
        }

        /** The rows; nothing can be added any more. */
        TripleFile finish() {
            write();
            finished = true;
            return new TripleFile(file, Arrays.copyOf(offsets, size + 1), size);
        }

        @Override
        public void close() {
            if (!finished) {
                try {
                    file.close();
                } catch (IOException e) {
                    throw unusable(e);
                }
            }
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public synchronized Triple get(int row) {
        Objects.checkIndex(row, size);
        long from = offsets[row] - blockOffset;
        if (from < 0 || offsets[row + 1] - blockOffset > block.length) {
            read(row);
            from = 0;
        }
        lastRow = row;
        ByteBuffer bytes = ByteBuffer.wrap(block, Math.toIntExact(from), block.length - Math.toIntExact(from));
        int[] lengths = {bytes.getInt(), bytes.getInt(), bytes.getInt()};
        return new Triple(text(bytes, lengths[0]), text(bytes, lengths[1]), text(bytes, lengths[2]));
    }

    /** Reads one row, and those behind it where they seem to be asked for in turn. */
    private void read(int row) {
        long length = offsets[row + 1] - offsets[row];
        if (row == lastRow + 1) {
            length = Math.max(length, Math.min(BLOCK_BYTES, offsets[size] - offsets[row]));
        }
        try {
            byte[] found = new byte[Math.toIntExact(length)];
            file.seek(offsets[row]);
            file.readFully(found);
            block = found;
            blockOffset = offsets[row];
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private static String text(ByteBuffer bytes, int length) {
        if (length < 0) {
            return null;
        }
        String text = new String(bytes.array(), bytes.position(), length, StandardCharsets.UTF_8);
        bytes.position(bytes.position() + length);
        return text;
    }

    private static DataException unusable(IOException e) {
        return new DataException("the training rows cannot be kept in a temporary file in "
            + System.getProperty("java.io.tmpdir") + ": " + e.getMessage()
            + ". Make room there, or name another folder: ONEWORD_JAVA_OPTS=-Djava.io.tmpdir=FOLDER.", e);
    }
}
