package oneword.data.batch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;

/**
 * The batches of a run, step by step, encoded ahead of use on a daemon thread of its own, so that the training loop
 * never waits for the tokenizer. Epochs follow one another as often as the steps need.
 *
 * <p>If encoding fails, the batches before are still given, and then the very exception is thrown by {@link #next()}.
 * Meant for one consuming thread; {@link #close()} may come from any.
 */
public final class BatchStream implements Iterator<EncodedBatch>, AutoCloseable {

    private final BatchPlan plan;
    private final BatchEncoder encoder;
    private final long firstStep;
    private final long lastStep;
    private final int ahead;
    private final Thread thread;
    private final Object monitor = new Object();
    private final Deque<EncodedBatch> ready = new ArrayDeque<>();
    private long nextStep;
    private Throwable failure;
    private boolean closed;

    /**
     * Starts encoding.
     *
     * @param plan which rows stand in which batch
     * @param encoder from rows to ids
     * @param firstStep the step to begin at, from 0; a resumed run begins where it stopped
     * @param lastStepExclusive the step to stop before
     * @param ahead how many batches are kept ready, at least 1
     */
    public BatchStream(BatchPlan plan, BatchEncoder encoder, long firstStep, long lastStepExclusive, int ahead) {
        if (firstStep < 0 || ahead < 1) {
            throw new IllegalArgumentException("firstStep " + firstStep + " must be at least 0, ahead " + ahead
                + " at least 1");
        }
        this.plan = plan;
        this.encoder = encoder;
        this.firstStep = firstStep;
        this.lastStep = lastStepExclusive;
        this.ahead = ahead;
        nextStep = firstStep;
        thread = new Thread(this::run, "oneword-batches");
        thread.setDaemon(true);
        if (hasNext()) {
            thread.start();
        }
    }

    private void run() {
        try {
            encodeAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            synchronized (monitor) {
                failure = e;
                monitor.notifyAll();
            }
        }
    }

    private void encodeAll() throws InterruptedException {
        long step = 0;
        for (int epoch = 0; step < lastStep; epoch++) {
            List<int[]> batches = plan.epoch(epoch);
            if (step + batches.size() <= firstStep) {
                step += batches.size();
            } else {
                for (int[] rows : batches) {
                    if (step >= firstStep && step < lastStep) {
                        offer(encoder.encode(step, epoch, rows));
                    }
                    step++;
                }
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private void offer(EncodedBatch batch) throws InterruptedException {
        synchronized (monitor) {
            while (ready.size() >= ahead && !closed) {
                monitor.wait();
            }
            if (closed) {
                throw new InterruptedException();
            }
            ready.add(batch);
            monitor.notifyAll();
        }
    }

    @Override
    public boolean hasNext() {
        return nextStep < lastStep;
    }

    /**
     * The batch of the next step.
     *
     * @return the batch
     * @throws oneword.data.DataException whatever encoding it threw, unwrapped
     * @throws NoSuchElementException after the last step
     * @throws IllegalStateException if the stream is closed
     * @throws CancellationException if the calling thread is interrupted while it waits; it stays interrupted
     */
    @Override
    public EncodedBatch next() {
        if (!hasNext()) {
            throw new NoSuchElementException("step " + nextStep + " is beyond the last");
        }
        synchronized (monitor) {
            while (ready.isEmpty() && failure == null && !closed) {
                try {
                    monitor.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new CancellationException("interrupted while waiting for the batch of step " + nextStep);
                }
            }
            if (closed) {
                throw new IllegalStateException("the stream of batches is closed");
            }
            if (ready.isEmpty()) {
                throw rethrown();
            }
            nextStep++;
            monitor.notifyAll();
            return ready.remove();
        }
    }

    private RuntimeException rethrown() {
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure;
    }

    /** Stops the thread and waits for the batch it is at, so that the tokenizer may be closed after this. */
    @Override
    public void close() {
        synchronized (monitor) {
            closed = true;
            ready.clear();
            monitor.notifyAll();
        }
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
