package oneword.trainer.classifier;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** Runs independent computations on a few threads. */
final class Rounds {

    private Rounds() {}

    private record Done<T>(int index, T result) {}

    /**
     * Runs all of them.
     *
     * @param work what is to be computed
     * @param threads how many run side by side
     * @param before rounds done earlier
     * @param listener hears the number of rounds done, on the calling thread; what it throws ends the work
     * @return the results in the order of the work
     * @throws InterruptedException if the calling thread is interrupted; nothing runs any more then
     */
    static <T> List<T> run(List<Callable<T>> work, int threads, int before, LongConsumer listener)
            throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(threads, work.size()), task -> {
            Thread thread = new Thread(task, "oneword-classifier");
            thread.setDaemon(true);
            return thread;
        });
        try {
            ExecutorCompletionService<Done<T>> completion = new ExecutorCompletionService<>(pool);
            for (int i = 0; i < work.size(); i++) {
                int index = i;
                completion.submit(() -> new Done<>(index, work.get(index).call()));
            }
            List<T> results = new ArrayList<>(Collections.nCopies(work.size(), null));
            for (int done = 1; done <= work.size(); done++) {
                Future<Done<T>> next = completion.take();
                Done<T> result = next.get();
                results.set(result.index(), result.result());
                listener.accept(before + done);
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a fit failed: " + e.getCause(), e.getCause());
        } finally {
            pool.shutdownNow();
            pool.awaitTermination(1, TimeUnit.MINUTES);
        }
    }
}
