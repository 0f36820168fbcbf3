package oneword.data.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import oneword.data.DataException;

/**
 * Reads a file as UTF-8 and refuses anything else: a byte sequence that is not UTF-8 is a {@link DataException} with
 * the line and the byte offset, never a replacement character. A byte order mark at the start is skipped. Files that
 * are plainly something else (gzip, xz, zip, Parquet, UTF-16) are named as such.
 */
public final class Utf8Reader extends Reader {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LONGEST_MARK = 5;

    private final Path file;
    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES);
    private final CharBuffer chars = CharBuffer.allocate(BUFFER_BYTES);
    private long bytesBefore;
    private long lineFeeds;
    private boolean ended;

    private Utf8Reader(Path file, InputStream in) {
        this.file = file;
        this.in = in;
        bytes.limit(0);
        chars.limit(0);
    }

    /**
     * Opens a file.
     *
     * @param file the file
     * @return a reader at its first character, after a byte order mark if there is one
     * @throws DataException if the file cannot be opened or is plainly not text
     */
    public static Utf8Reader open(Path file) {
        if (Files.isDirectory(file)) {
            throw new DataException(file + " is a folder; a file is needed here.");
        }
        try {
            return open(Files.newInputStream(file), file);
        } catch (NoSuchFileException e) {
            throw new DataException("No such file: " + file + " (looked for " + file.toAbsolutePath() + ").", e);
        } catch (AccessDeniedException e) {
            throw new DataException(file + " may not be read; check its permissions.", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Reads from a stream, such as that of another process.
     *
     * @param stream the bytes; closed together with the reader
     * @param name what messages call it
     * @return a reader at its first character, after a byte order mark if there is one
     * @throws DataException if it cannot be read or is plainly not text
     */
    public static Utf8Reader open(InputStream stream, Path name) {
        Utf8Reader reader = new Utf8Reader(name, stream);
        try {
            try {
                reader.start();
                return reader;
            } catch (IOException | DataException e) {
                reader.close();
                throw e;
            }
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private static DataException unreadable(Path file, IOException e) {
        return new DataException(file + " cannot be read: " + e.getMessage(), e);
    }

    private void start() throws IOException {
        while (bytes.limit() < LONGEST_MARK && !ended) {
            fill();
        }
        refuseOtherFormats();
        if (startsWith(0xEF, 0xBB, 0xBF)) {
            bytes.position(3);
        }
    }

    private void refuseOtherFormats() {
        String found = null;
        if (startsWith(0x1F, 0x8B)) {
            found = "compressed with gzip; decompress it first (gunzip)";
        } else if (startsWith(0xFD, '7', 'z', 'X', 'Z')) {
            found = "compressed with xz; decompress it first (unxz)";
        } else if (startsWith(0x28, 0xB5, 0x2F, 0xFD)) {
            found = "compressed with zstd; decompress it first (unzstd)";
        } else if (startsWith('P', 'K', 3, 4)) {
            found = "a ZIP archive; unpack it first";
        } else if (startsWith('P', 'A', 'R', '1')) {
            found = "a Parquet file; convert it to CSV or JSONL first";
        } else if (startsWith(0xFF, 0xFE) || startsWith(0xFE, 0xFF)) {
            found = "UTF-16; save it as UTF-8";
        }
        if (found != null) {
            throw new DataException(file + " is not UTF-8 text but " + found + ".");
        }
    }

    private boolean startsWith(int... expected) {
        if (bytes.limit() < expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if ((bytes.get(i) & 0xFF) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!chars.hasRemaining() && !decode()) {
            return -1;
        }
        int n = Math.min(length, chars.remaining());
        chars.get(target, offset, n);
        return n;
    }

    /** Decodes at least one character, or returns false at the end. */
    private boolean decode() throws IOException {
        chars.clear();
        while (true) {
            CoderResult result = decoder.decode(bytes, chars, ended);
            if (chars.position() > 0) {
                chars.flip();
                for (int i = 0; i < chars.limit(); i++) {
                    if (chars.get(i) == '\n') {
                        lineFeeds++;
                    }
                }
                return true;
            }
            if (result.isError()) {
                throw notUtf8();
            }
            if (ended) {
                chars.limit(0);
                return false;
            }
            fill();
        }
    }

    private DataException notUtf8() {
        long offset = bytesBefore + bytes.position();
        int value = bytes.get(bytes.position()) & 0xFF;
        return DataException.at(file, lineFeeds + 1, String.format(
            "not UTF-8: byte 0x%02X at offset %d of the file. Save the file as UTF-8 (iconv -t UTF-8 does it).",
            value, offset));
    }

    /** Appends what the stream gives to the bytes not decoded yet, or notes that it has ended. */
    private void fill() throws IOException {
        bytesBefore += bytes.position();
        bytes.compact();
        int n = in.read(bytes.array(), bytes.position(), bytes.remaining());
        if (n > 0) {
            bytes.position(bytes.position() + n);
        }
        bytes.flip();
        ended = n < 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
