package oneword.lora.kernel;

import ai.djl.Device;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Threads that run pieces of native work side by side, each with its share of the CPU's cores.
 *
 * <p>Between two operators, and in small ones, one core works and the others wait. Pieces that run side by side, each
 * on fewer cores, wait less. A piece's numbers do not depend on what runs beside it; how many cores it has may change
 * their last bits, as ever.
 */
public final class Lanes implements AutoCloseable {

    private static final int LEAST = 2;
    private static final int MOST = 8;
    private static final int CORES_EACH = 4;

    private final int count;
    private ExecutorService threads;

    private Lanes(int count) {
        this.count = count;
    }

    /** A single lane: the caller's thread. */
    public static Lanes single() {
        return of(1);
    }

    /** So many lanes. Threads start when they are needed. */
    public static Lanes of(int count) {
        return new Lanes(count);
    }

    /**
     * As many lanes as suit a device: two for two to eleven of libtorch's threads, one for four beyond that, eight at
     * most; one on a GPU, which is busy with one piece.
     */
    public static Lanes on(Device device) {
        return of(device.isGpu() ? 1 : count(Torch.threads()));
    }

    static int count(int threads) {
        return Math.min(threads, Math.max(LEAST, Math.min(MOST, threads / CORES_EACH)));
    }

    /** How many pieces run side by side at most. */
    public int count() {
        return count;
    }

    /**
     * Runs pieces of work, begun in their order, and returns when all have ended. After a failure no other piece
     * begins; of several failures that of the first piece is thrown.
     *
     * @param pieces how many
     * @param work runs the piece of a number, from 0; autograd records on its thread unless it says otherwise
     */
    public void run(int pieces, IntConsumer work) {
        if (count == 1 || pieces < 2) {
            for (int i = 0; i < pieces; i++) {
                work.accept(i);
            }
            return;
        }
        AtomicInteger next = new AtomicInteger();
        NavigableMap<Integer, Throwable> failures = new ConcurrentSkipListMap<>();
        List<Future<?>> lanes = new ArrayList<>();
        for (int lane = 0; lane < Math.min(count, pieces); lane++) {
            lanes.add(threads().submit(() -> {
                for (int i = next.getAndIncrement(); i < pieces && failures.isEmpty(); i = next.getAndIncrement()) {
                    try {
                        work.accept(i);
                    } catch (RuntimeException | Error e) {
                        failures.put(i, e);
                    }
                }
            }));
        }
        lanes.forEach(Lanes::await);
        if (!failures.isEmpty()) {
            throwFirst(failures.firstEntry().getValue());
        }
    }

    private static void throwFirst(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    /** Waits for a lane's end, since it uses what its caller would close. */
    private static void await(Future<?> lane) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    lane.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("a lane ended before its work", e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized ExecutorService threads() {
        if (threads == null) {
            int all = Torch.threads();
            AtomicInteger made = new AtomicInteger();
            threads = Executors.newFixedThreadPool(count, work -> {
                Thread thread = new Thread(work, "lane-" + made.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
            shareCores(threads, all);
        }
        return threads;
    }

    /**
     * Tells each lane how many of libtorch's threads it has. What is set on one thread holds for new ones too, and a
     * thread takes it over when it first asks: so every lane sets it and asks, and then it is put back for others.
     */
    private void shareCores(ExecutorService lanes, int all) {
        CountDownLatch ready = new CountDownLatch(count);
        List<Future<?>> started = new ArrayList<>();
        for (int lane = 0; lane < count; lane++) {
            started.add(lanes.submit(() -> {
                JniUtils.setNumThreads(Math.max(1, all / count));
                JniUtils.getNumThreads();
                ready.countDown();
                ready.await();
                return null;
            }));
        }
        started.forEach(Lanes::await);
        JniUtils.setNumThreads(all);
    }

    @Override
    public synchronized void close() {
        if (threads != null) {
            threads.shutdown();
        }
    }
}
