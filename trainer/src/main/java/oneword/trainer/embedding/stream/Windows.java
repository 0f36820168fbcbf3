package oneword.trainer.embedding.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import oneword.data.DataException;

/**
 * Cuts sentences into windows of one size, the last one smaller, and tokenises them on a thread of its own, one window
 * ahead of the caller. No more than two windows are in memory.
 *
 * <p>Sorting by length inside a window keeps padding away, and rows can be written in order when a window is done.
 */
public final class Windows implements AutoCloseable {

    /** Numbers of all vectors of a window, so that wide models take small ones: 64 MiB. */
    private static final int NUMBERS = 1 << 24;
    private static final int FEWEST = 256;
    private static final long PATIENCE_MILLIS = 100;

    private final SentenceReader sentences;
    private final int size;
    private final Function<String, int[]> tokenizer;
    private final BooleanSupplier stop;
    private final ExecutorService ahead;
    private Future<Window> next;

    /**
     * Begins to read.
     *
     * @param sentences where they come from; from now on read by this object alone
     * @param size sentences of a window, at least 1
     * @param tokenizer token ids of a sentence, called on another thread
     * @param stop whether waiting for sentences has lost its purpose
     */
    public Windows(
        SentenceReader sentences, int size, Function<String, int[]> tokenizer, BooleanSupplier stop) {
        if (size < 1) {
            throw new IllegalArgumentException("size must be at least 1, found " + size);
        }
        this.sentences = sentences;
        this.size = size;
        this.tokenizer = tokenizer;
        this.stop = stop;
        ahead = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "oneword-tokenizer");
            thread.setDaemon(true);
            return thread;
        });
        next = ahead.submit(this::read);
    }

    /**
     * Chooses a size that is good for a model: many batches, so that sorting pays, and not too much to lose.
     *
     * @param width of its vectors
     * @param gpu whether it runs on one, which takes larger batches
     */
    public static int size(int width, boolean gpu) {
        int wanted = gpu ? 16_384 : 2_048;
        return Math.max(FEWEST, Math.min(wanted, NUMBERS / width));
    }

    /**
     * Waits for the next window.
     *
     * @return the window, or null at the end of the input
     * @throws DataException if a sentence cannot be read or tokenised; the message names its line
     * @throws CancellationException if the work is to stop, or the calling thread is interrupted
     */
    public Window next() {
        while (!stop.getAsBoolean()) {
            try {
                Window window = next.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                if (window != null) {
                    next = ahead.submit(this::read);
                }
                return window;
            } catch (TimeoutException e) {
                continue; // a slow input, such as a person
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException reason) {
                    throw reason;
                }
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new CancellationException("asked to stop while waiting for sentences");
    }

    private Window read() {
        long first = sentences.rows();
        List<String> read = new ArrayList<>();
        List<int[]> ids = new ArrayList<>();
        while (read.size() < size) {
            String sentence = sentences.next();
            if (sentence == null) {
                break;
            }
            read.add(sentence);
            try {
                ids.add(tokenizer.apply(sentence));
            } catch (DataException e) {
                throw DataException.at(sentences.name(), sentences.rows(), e.getMessage(), e);
            }
        }
        return read.isEmpty() ? null : new Window(first, read, ids, sentences.sha256OfRead());
    }

    /** Stops reading. The sentences stay the caller's to close. */
    @Override
    public void close() {
        ahead.shutdownNow();
    }
}
