package oneword.data.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import oneword.data.DataException;

/**
 * The lines of UTF-8 text. A line ends at {@code \n} or {@code \r\n} and nowhere else: a lone carriage return,
 * U+000B, U+000C, U+0085, U+2028 and U+2029 are characters of the line. A line feed at the very end starts no line.
 */
public final class Lines implements AutoCloseable {

    /** The most characters of a line: one that is longer is not text, and would fill the memory. */
    static final int MOST_CHARACTERS = 1 << 24;

    private final Path file;
    private final Utf8Reader in;
    private final char[] buffer = new char[1 << 15];
    private int position;
    private int limit;
    private long number;

    /**
     * Opens a file.
     *
     * @param file a UTF-8 file
     * @throws DataException if it cannot be opened
     */
    public Lines(Path file) {
        this.file = file;
        in = Utf8Reader.open(file);
    }

    /**
     * Reads from a stream, such as that of another process.
     *
     * @param stream UTF-8 text; closed together with this object
     * @param name what messages call it
     * @throws DataException if it cannot be read
     */
    public Lines(InputStream stream, Path name) {
        file = name;
        in = Utf8Reader.open(stream, name);
    }

    /**
     * Reads the next line.
     *
     * @return the line without its end, or null at the end of the file
     * @throws DataException if the file cannot be read, is not UTF-8, or has a line of more than 16,777,216 characters
     */
    public String next() {
        StringBuilder line = null;
        while (true) {
            if (position == limit && !fill()) {
                return line == null ? null : finish(line);
            }
            if (line == null) {
                line = new StringBuilder();
            }
            int start = position;
            while (position < limit && buffer[position] != '\n') {
                position++;
            }
            line.append(buffer, start, position - start);
            if (line.length() > MOST_CHARACTERS) {
                throw DataException.at(file, number + 1, "the line is longer than " + MOST_CHARACTERS
                    + " characters. Is this the right file?");
            }
            if (position < limit) {
                position++;
                return finish(line);
            }
        }
    }

    private String finish(StringBuilder line) {
        number++;
        int length = line.length();
        if (length > 0 && line.charAt(length - 1) == '\r') {
            line.setLength(length - 1);
        }
        return line.toString();
    }

    private boolean fill() {
        try {
            position = 0;
            limit = Math.max(0, in.read(buffer, 0, buffer.length));
            return limit > 0;
        } catch (IOException e) {
            throw DataException.at(file, number + 1, "cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The number of the line last read.
     *
     * @return its number, counted from 1; 0 before the first
     */
    public long number() {
        return number;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new DataException(file + " cannot be closed: " + e.getMessage(), e);
        }
    }
}
