package oneword.trainer.tensorboard;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The framing of TensorFlow's TFRecord files, all numbers little-endian.
 *
 * <pre>
 * file   = record*
 * record = length:uint64 crc(length):uint32 data:byte[length] crc(data):uint32
 * crc(x) = rotate_right(CRC-32C(x), 15) + 0xa282ead8      (modulo 2^32)
 * </pre>
 *
 * <p>Source: tensorflow/core/lib/io/record_writer.h and tensorflow/core/lib/hash/crc32c.h.
 */
final class RecordFile {

    /** Bytes of a record besides its data. */
    static final int OVERHEAD = Long.BYTES + 2 * Integer.BYTES;

    private static final int MASK_DELTA = 0xa282ead8;
    private static final int LARGEST_RECORD = 1 << 28;

    private RecordFile() {}

    /** Writes one record. */
    static void write(OutputStream out, byte[] data) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(OVERHEAD + data.length).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(maskedCrc(record.array(), Long.BYTES));
        record.put(data);
        record.putInt(maskedCrc(data, data.length));
        out.write(record.array());
    }

    /** Reads the next record's data; empty at the end and where the record is torn or damaged. */
    static Optional<byte[]> read(InputStream in) throws IOException {
        DataInputStream stream = new DataInputStream(in);
        byte[] header = stream.readNBytes(Long.BYTES + Integer.BYTES);
        if (header.length < Long.BYTES + Integer.BYTES) {
            return Optional.empty();
        }
        ByteBuffer numbers = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        long length = numbers.getLong();
        if (numbers.getInt() != maskedCrc(header, Long.BYTES) || length < 0 || length > LARGEST_RECORD) {
            return Optional.empty();
        }
        byte[] data = stream.readNBytes((int) length);
        byte[] footer = stream.readNBytes(Integer.BYTES);
        boolean whole = data.length == length && footer.length == Integer.BYTES
                && ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN).getInt() == maskedCrc(data, data.length);
        return whole ? Optional.of(data) : Optional.empty();
    }

    private static int maskedCrc(byte[] data, int length) {
        CRC32C crc = new CRC32C();
        crc.update(data, 0, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }
}
