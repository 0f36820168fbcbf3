package oneword.trainer.embedding.stream;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import oneword.trainer.embedding.EmbeddingException;
import oneword.trainer.embedding.NextWords.NextWord;

/**
 * A file of rows that is written window by window and survives an interruption.
 *
 * <p>The file appears under its name when {@link #finish} succeeds, whole and in place of an older one. Until then the
 * rows stand beside it in {@code .NAME.unfinished}, and {@code .NAME.unfinished.json} says how many are whole and what
 * they were made with. Closing before that leaves both; opening with {@code resume} goes on behind the last whole
 * window, and the file will be the same to the last byte as without the interruption.
 *
 * <pre>{@code
 * try (RowFile<float[]> file = RowFile.ofVectors(output, settings, resume, log)) {
 *     sentences.skip(file.rows(), file.sha256());
 *     for (Window window : windows) {
 *         file.append(window, vectors(window));
 *     }
 *     file.finish();
 * }
 * }</pre>
 *
 * @param <R> what there is of a sentence
 */
public final class RowFile<R> implements AutoCloseable {

    private static final int BUFFER = 1 << 16;

    private final Path target;
    private final Path unfinished;
    private final Path stateFile;
    private final RowFormat<R> format;
    private final Map<String, String> settings;
    private final FileChannel channel;
    private OutputStream out;
    private ResumeState state;
    private boolean isWorthKeeping = true;
    private boolean isFinished;

    private RowFile(Path file, RowFormat<R> format, Map<String, String> settings) throws IOException {
        this.format = format;
        this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        target = file.toAbsolutePath();
        unfinished = target.resolveSibling("." + target.getFileName() + ".unfinished");
        stateFile = target.resolveSibling(unfinished.getFileName() + ".json");
        state = new ResumeState(0, 0, "", settings);
        Files.createDirectories(target.getParent());
        channel = FileChannel.open(
            unfinished, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /**
     * Opens a file of vectors. Folders on the way to it are made.
     *
     * @param file where to; the end of its name, {@code .npy}, {@code .jsonl} or {@code .parquet}, says in which format
     * @param settings what the rows depend on, by name; a file that is resumed must have been begun with the same
     * @param resume whether to go on with what an interrupted run left
     * @param told hears what the user should know
     * @return the file, to be filled, finished and closed
     * @throws EmbeddingException if the name has another ending, the file cannot be made, or is not to be resumed
     */
    public static RowFile<float[]> ofVectors(
        Path file, Map<String, String> settings, boolean resume, Consumer<String> told) {
        return open(file, RowFormats.ofVectors(file), settings, resume, told);
    }

    /**
     * Opens a file of next words, as {@link #ofVectors} does.
     *
     * @param file where to; its name must end in {@code .jsonl}
     * @param settings what the rows depend on, by name; a file that is resumed must have been begun with the same
     * @param resume whether to go on with what an interrupted run left
     * @param told hears what the user should know
     * @return the file, to be filled, finished and closed
     * @throws EmbeddingException if the name has another ending, the file cannot be made, or is not to be resumed
     */
    public static RowFile<List<NextWord>> ofWords(
        Path file, Map<String, String> settings, boolean resume, Consumer<String> told) {
        return open(file, RowFormats.ofWords(file), settings, resume, told);
    }

    private static <R> RowFile<R> open(
        Path path, RowFormat<R> format, Map<String, String> settings, boolean resume, Consumer<String> told) {
        RowFile<R> file = null;
        boolean opened = false;
        try {
            file = new RowFile<>(path, format, settings);
            file.start(resume, told);
            opened = true;
            return file;
        } catch (IOException e) {
            throw failed(path, e);
        } finally {
            if (file != null && !opened) {
                file.close();
            }
        }
    }

    private void start(boolean resume, Consumer<String> told) throws IOException {
        lock();
        isWorthKeeping = channel.size() > 0;
        Optional<ResumeState> before = before();
        out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
        if (resume && before.isPresent()) {
            state = before.get();
            state.check(target, settings);
            channel.truncate(state.bytes());
            format.resume(channel, state.bytes());
            channel.position(state.bytes());
            told.accept("going on behind " + count(state.rows()) + " of an interrupted run");
            return;
        }
        if (resume && Files.exists(target)) {
            throw new EmbeddingException(target + " is finished, and no interrupted run has left anything to resume. "
                + "Without --resume it is made again.");
        }
        if (resume) {
            told.accept("nothing was left to resume: beginning with the first sentence");
        }
        before.ifPresent(left -> told.accept("beginning again: the " + count(left.rows())
            + " of an interrupted run, which --resume would have gone on with, are dropped"));
        isWorthKeeping = false;
        Files.deleteIfExists(stateFile);
        channel.truncate(0);
        format.begin(out);
    }

    private void lock() throws IOException {
        try {
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            throw inUse(e);
        }
        throw inUse(null);
    }

    private EmbeddingException inUse(Throwable cause) {
        return new EmbeddingException(target + " is being written by another process; wait until it has ended, or give "
            + "another --output", cause);
    }

    /** What an interrupted run left; nothing where the rows that its state tells of are gone. */
    private Optional<ResumeState> before() throws IOException {
        long size = channel.size();
        try {
            return ResumeState.read(stateFile).filter(left -> left.bytes() <= size);
        } catch (IOException e) {
            throw new EmbeddingException(stateFile + ", which tells of an interrupted run, is damaged: "
                + e.getMessage() + ". Remove it to begin again.", e);
        }
    }

    /** How many rows are whole; more than 0 at the start where an interrupted run is resumed. */
    public long rows() {
        return state.rows();
    }

    /** {@link SentenceReader#sha256OfRead} of the sentences of these rows. */
    public String sha256() {
        return state.sha256();
    }

    /**
     * Writes the next window and makes it durable.
     *
     * @param window its sentences
     * @param rows one for each sentence
     * @throws EmbeddingException if it cannot be written; the windows before it are whole then
     */
    public void append(Window window, List<R> rows) {
        if (window.first() != state.rows() || rows.size() != window.sentences().size()) {
            throw new IllegalArgumentException("rows " + window.first() + " to " + (window.first() + rows.size())
                + " of a window of " + window.sentences().size() + " behind " + state.rows());
        }
        try {
            format.append(out, window.sentences(), rows);
            out.flush();
            channel.force(false);
            ResumeState next = new ResumeState(window.end(), channel.position(), window.sha256(), settings);
            next.write(stateFile);
            state = next;
            isWorthKeeping = true;
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    /**
     * Gives the file its name.
     *
     * @throws EmbeddingException if it cannot be written
     * @throws IllegalStateException if there is no row
     */
    public void finish() {
        if (state.rows() == 0) {
            throw new IllegalStateException("no row was written to " + target);
        }
        try {
            format.finish(channel, state.rows());
            channel.force(true);
            channel.close();
            Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            isFinished = true;
            Files.deleteIfExists(stateFile);
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    /** Lets go of the file. What is not finished stays, to be resumed, unless it has no row. */
    @Override
    public void close() {
        try {
            channel.close();
            if (!isFinished && !isWorthKeeping) {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    private static String count(long rows) {
        return String.format(Locale.ROOT, "%,d", rows) + (rows == 1 ? " sentence" : " sentences");
    }

    private static EmbeddingException failed(Path file, IOException e) {
        String reason = e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
        return new EmbeddingException("cannot write " + file + ": " + e.getClass().getSimpleName() + reason, e);
    }
}
