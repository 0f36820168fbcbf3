package oneword.trainer.progress;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Units per second, over about the last minute and over all the time. Time between the last unit and now does not
 * count.
 */
final class RateMeter {

    private static final long WINDOW = TimeUnit.SECONDS.toNanos(60);
    private static final double SECOND = 1e9;

    private final Deque<Mark> marks = new ArrayDeque<>();
    private final Mark first;

    /**
     * A meter.
     *
     * @param now nanoseconds
     * @param total units done so far, which count for no rate
     */
    RateMeter(long now, double total) {
        first = new Mark(now, total);
        marks.add(first);
    }

    /** Says how many units are done by now. */
    void reach(long now, double total) {
        Mark oldest = marks.removeFirst();
        while (!marks.isEmpty() && now - marks.getFirst().time() >= WINDOW) {
            oldest = marks.removeFirst();
        }
        marks.addFirst(oldest);
        marks.addLast(new Mark(now, total));
    }

    double total() {
        return marks.getLast().total();
    }

    /** When {@link #reach} was called last, or the start. */
    long reached() {
        return marks.getLast().time();
    }

    /** Over the last minute, or the last step where that took longer; 0 if nothing is known yet. */
    double recent() {
        return rate(marks.getFirst());
    }

    /** Since the start; 0 if nothing is known yet. */
    double overall() {
        return rate(first);
    }

    private double rate(Mark from) {
        long time = reached() - from.time();
        return time <= 0 ? 0 : (total() - from.total()) / time * SECOND;
    }

    private record Mark(long time, double total) {}
}
