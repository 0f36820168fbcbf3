package oneword.trainer.report.chart;

import java.util.Arrays;
import java.util.TreeSet;

/**
 * Finite values over rising places.
 *
 * @param x [n], rising
 * @param y [n]
 */
public record Curve(double[] x, double[] y) {

    /** Refuses arrays of different lengths. */
    public Curve {
        if (x.length != y.length) {
            throw new IllegalArgumentException(x.length + " places, " + y.length + " values");
        }
    }

    /** How many points there are. */
    public int size() {
        return x.length;
    }

    /**
     * A curve of fewer points that looks the same: the first and the last point, and of every stretch between them its
     * lowest and its highest one.
     *
     * @param most points to keep at most, at least 4
     * @return this curve where it is short enough
     */
    public Curve thinned(int most) {
        if (size() <= most) {
            return this;
        }
        int stretches = (most - 2) / 2;
        TreeSet<Integer> kept = new TreeSet<>();
        kept.add(0);
        kept.add(size() - 1);
        for (int i = 0; i < stretches; i++) {
            int from = 1 + (int) ((long) i * (size() - 2) / stretches);
            int to = 1 + (int) ((long) (i + 1) * (size() - 2) / stretches);
            int lowest = from;
            int highest = from;
            for (int j = from; j < to; j++) {
                lowest = y[j] < y[lowest] ? j : lowest;
                highest = y[j] > y[highest] ? j : highest;
            }
            kept.add(lowest);
            kept.add(highest);
        }
        int[] rows = kept.stream().mapToInt(Integer::intValue).toArray();
        return new Curve(Arrays.stream(rows).mapToDouble(row -> x[row]).toArray(),
            Arrays.stream(rows).mapToDouble(row -> y[row]).toArray());
    }

    /**
     * The exponential moving average, its start corrected for what came before it (as Adam corrects its moments): no
     * point is drawn towards zero, and a constant stays what it is.
     *
     * @param span how many points weigh in, at least 1: each weighs {@code 1 - 2 / (span + 1)} of the next one
     * @return a curve of the same places
     */
    public Curve smoothed(int span) {
        double keep = 1 - 2.0 / (span + 1);
        double[] smooth = new double[size()];
        double sum = 0;
        double weight = 0;
        for (int i = 0; i < size(); i++) {
            sum = keep * sum + y[i];
            weight = keep * weight + 1;
            smooth[i] = sum / weight;
        }
        return new Curve(x, smooth);
    }

    /** The lowest value. */
    public double lowest() {
        return Arrays.stream(y).min().orElse(Double.NaN);
    }

    /** The highest value. */
    public double highest() {
        return Arrays.stream(y).max().orElse(Double.NaN);
    }
}
