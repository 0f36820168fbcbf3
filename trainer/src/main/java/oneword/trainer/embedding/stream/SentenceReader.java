package oneword.trainer.embedding.stream;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import oneword.data.text.Lines;
import oneword.trainer.embedding.EmbeddingException;

/**
 * Sentences, one a line of UTF-8 text, counted and hashed as they are read. An empty line is an empty sentence.
 *
 * @see Lines what ends a line
 */
public final class SentenceReader implements AutoCloseable {

    private final Path name;
    private final InputStream stream;
    private final MessageDigest digest = sha256();
    private Lines lines;
    private long rows;

    private SentenceReader(Path name, Lines lines, InputStream stream) {
        this.name = name;
        this.lines = lines;
        this.stream = stream;
    }

    /**
     * Reads a file.
     *
     * @param file UTF-8 text
     * @throws oneword.data.DataException if it cannot be opened
     */
    public static SentenceReader of(Path file) {
        return new SentenceReader(file, new Lines(file), null);
    }

    /**
     * Reads a stream of unknown length. Nothing is read before the first sentence is asked for: a stream may wait.
     *
     * @param stream UTF-8 text; stays the caller's to close
     * @param name what messages call it
     */
    public static SentenceReader of(InputStream stream, Path name) {
        return new SentenceReader(name, null, stream);
    }

    /**
     * Counts the sentences of a file, and finds what is not UTF-8 before any work is done.
     *
     * @param file UTF-8 text
     * @throws oneword.data.DataException if it cannot be read, or is not UTF-8; the message names the line
     */
    public static long count(Path file) {
        try (Lines lines = new Lines(file)) {
            String line = lines.next();
            while (line != null) {
                line = lines.next();
            }
            return lines.number();
        }
    }

    /** What messages call the input. */
    public Path name() {
        return name;
    }

    /**
     * Reads the next sentence.
     *
     * @return the line without its end, or null at the end of the input
     * @throws oneword.data.DataException if it cannot be read, or is not UTF-8; the message names the line
     */
    public String next() {
        if (lines == null) {
            lines = new Lines(stream, name);
        }
        String line = lines.next();
        if (line != null) {
            digest.update(line.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) '\n');
            rows++;
        }
        return line;
    }

    /** How many sentences have been read. */
    public long rows() {
        return rows;
    }

    /** SHA-256, in hexadecimal digits, of the sentences read so far, each ended by a line feed. */
    public String sha256OfRead() {
        try {
            return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the SHA-256 of every Java can be cloned", e);
        }
    }

    /**
     * Passes over the sentences that an earlier run took from this input.
     *
     * @param count how many
     * @param sha256 what {@link #sha256OfRead} was behind them
     * @throws EmbeddingException if the input begins with others
     */
    public void skip(long count, String sha256) {
        while (rows < count) {
            if (next() == null) {
                throw new EmbeddingException(name + " ends behind line " + rows + ", but " + count
                    + " lines were taken from the input before the interruption: it is another one." + wayOut());
            }
        }
        if (count > 0 && !sha256OfRead().equals(sha256)) {
            throw new EmbeddingException("the first " + count + " lines of " + name
                + " are not those that were taken from the input before the interruption." + wayOut());
        }
    }

    private static String wayOut() {
        return " Give the same input, or begin again without --resume.";
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void close() {
        if (stream == null) {
            lines.close();
        }
    }
}
