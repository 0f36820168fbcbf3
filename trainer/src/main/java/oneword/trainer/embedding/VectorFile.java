package oneword.trainer.embedding;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes float32 vectors to a {@code .npy} file (NumPy 1.0, [n, d]) or a {@code .jsonl} file (one JSON array per
 * line), row by row, so that they need not all be in memory.
 *
 * <pre>{@code
 * try (VectorFile file = VectorFile.create(output, sentences.size())) {
 *     for (List<String> part : parts) {
 *         file.write(embedder.embed(part));
 *     }
 *     file.finish();
 * }
 * }</pre>
 *
 * <p>The file appears under its name when {@link #finish} succeeds, whole and in place of an older one; until then the
 * rows stand in a file next to it whose name starts with a dot. Closing without having finished removes that one.
 */
public final class VectorFile implements AutoCloseable {

    private static final int BUFFER = 1 << 16;

    private final Path target;
    private final Path unfinished;
    private final VectorFormat format;
    private final long rows;
    private final OutputStream out;
    private long written;
    private int columns;
    private boolean isFinished;

    private VectorFile(Path file, long rows) throws IOException {
        format = VectorFormat.of(file);
        target = file.toAbsolutePath();
        unfinished = target.resolveSibling("." + target.getFileName() + ".unfinished");
        this.rows = rows;
        Files.createDirectories(target.getParent());
        out = new BufferedOutputStream(Files.newOutputStream(unfinished), BUFFER);
        unfinished.toFile().deleteOnExit();
    }

    /**
     * Starts a file. Folders on the way to it are made.
     *
     * @param file where to; the end of its name, {@code .npy} or {@code .jsonl}, says in which format
     * @param rows n, how many vectors there will be
     * @return the file, to be filled, finished and closed
     * @throws EmbeddingException if the name has another ending or the file cannot be made
     */
    public static VectorFile create(Path file, long rows) {
        if (rows < 0) {
            throw new IllegalArgumentException("rows must not be negative, found " + rows);
        }
        try {
            return new VectorFile(file, rows);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /**
     * Writes the next vectors.
     *
     * @param vectors [any, d], the same d in all calls
     * @throws EmbeddingException if a vector has an element that is not finite, or the file cannot be written
     * @throws IllegalArgumentException if vectors differ in length or are more than there should be
     */
    public void write(float[][] vectors) {
        try {
            for (float[] vector : vectors) {
                check(vector);
                if (written == 0) {
                    columns = vector.length;
                    format.begin(out, rows, columns);
                }
                format.row(out, vector);
                written++;
            }
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    /**
     * Gives the file its name. A file of no vectors has the shape [0, 0].
     *
     * @throws EmbeddingException if the file cannot be written
     * @throws IllegalStateException if there are fewer vectors than there should be
     */
    public void finish() {
        if (written != rows) {
            throw new IllegalStateException(rows + " vectors were to be written to " + target + ", found " + written);
        }
        try {
            if (rows == 0) {
                format.begin(out, 0, 0);
            }
            out.close();
            Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            isFinished = true;
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    /** Removes what is not finished. */
    @Override
    public void close() {
        if (isFinished) {
            return;
        }
        try {
            try {
                out.close();
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    private void check(float[] vector) {
        if (written == rows) {
            throw new IllegalArgumentException("more than " + rows + " vectors for " + target);
        }
        if (written > 0 && vector.length != columns) {
            throw new IllegalArgumentException(
                "vectors of " + columns + " and of " + vector.length + " numbers for " + target);
        }
        for (float value : vector) {
            if (!Float.isFinite(value)) {
                throw new EmbeddingException("the vector of line " + (written + 1)
                    + " has a number that is not finite (" + value
                    + "); half precision may have overflowed: try --precision fp32");
            }
        }
    }

    private static EmbeddingException failed(Path file, IOException e) {
        String reason = e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
        return new EmbeddingException(
            "cannot write the vectors to " + file + ": " + e.getClass().getSimpleName() + reason, e);
    }
}
