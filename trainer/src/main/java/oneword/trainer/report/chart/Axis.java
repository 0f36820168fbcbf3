package oneword.trainer.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A scale with round ticks: steps of 1, 2 or 5 times a power of ten, or, logarithmic, powers of ten.
 *
 * @param low value at the start
 * @param high value at the end, above {@code low}
 * @param ticks values with a mark, rising, all inside
 * @param logarithmic whether equal distances are equal ratios
 */
public record Axis(double low, double high, List<Double> ticks, boolean logarithmic) {

    private static final double SLACK = 1e-9;
    private static final double[] STEPS = {1, 2, 5, 10};

    /**
     * An axis over values that is widened to whole ticks.
     *
     * @param low smallest value
     * @param high largest value; where equal to {@code low}, room is made on both sides
     * @param about how many ticks are wanted, about
     * @return the axis
     */
    public static Axis around(double low, double high, int about) {
        double room = high > low ? 0 : Math.max(Math.abs(low) * 0.1, 1e-6);
        double step = step((high - low + 2 * room) / about);
        double first = Math.floor((low - room) / step + SLACK);
        double last = Math.ceil((high + room) / step - SLACK);
        return linear(first * step, Math.max(last, first + 1) * step, step);
    }

    /**
     * An axis that ends where it is told, with ticks inside.
     *
     * @param low its start
     * @param high its end, above {@code low}
     * @param about how many ticks are wanted, about
     * @return the axis
     */
    public static Axis exact(double low, double high, int about) {
        return linear(low, high, step((high - low) / about));
    }

    /**
     * An axis of whole numbers from 0.
     *
     * @param high its end, at least 1
     * @param about how many ticks are wanted, about
     * @return the axis
     */
    public static Axis count(long high, int about) {
        return linear(0, high, Math.max(1, step((double) high / about)));
    }

    /**
     * A logarithmic axis over values, widened to powers of ten, or to 1, 2 or 5 times one where they span less than
     * two.
     *
     * @param low smallest value, above 0
     * @param high largest value, at least {@code low}
     * @return the axis
     */
    public static Axis logarithmic(double low, double high) {
        boolean few = high / low < 100;
        List<Double> marks = new ArrayList<>();
        for (int power = (int) Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)) + 1; power++) {
            for (double factor : few ? new double[] {1, 2, 5} : new double[] {1}) {
                marks.add(factor * Math.pow(10, power));
            }
        }
        int first = 0;
        while (marks.get(first + 1) <= low * (1 + SLACK)) {
            first++;
        }
        int last = marks.size() - 1;
        while (last - 1 > first && marks.get(last - 1) >= high * (1 - SLACK)) {
            last--;
        }
        List<Double> all = marks.subList(first, last + 1);
        int every = Math.max(1, (all.size() + 5) / 6);
        List<Double> shown = new ArrayList<>();
        for (int i = 0; i < all.size(); i += every) {
            shown.add(all.get(i));
        }
        return new Axis(all.get(0), all.get(all.size() - 1), List.copyOf(shown), true);
    }

    /**
     * Where a value lies between two pixels.
     *
     * @param value any value; one outside the axis lies outside the pixels
     * @param from pixel of {@link #low}
     * @param to pixel of {@link #high}
     * @return the pixel
     */
    public double at(double value, double from, double to) {
        double part = logarithmic
            ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
        return from + part * (to - from);
    }

    /**
     * A tick's value for people: as many decimals as the ticks need, thousands in groups, very small and very large
     * ones by powers of ten.
     *
     * @param value a tick
     * @return for example {@code 0.25}, {@code 10,000} or {@code 2e-4}
     */
    public String label(double value) {
        double largest = ticks.stream().mapToDouble(Math::abs).max().orElse(0);
        boolean scientific = logarithmic
            ? value < 1e-3 || value >= 1e5 : largest > 0 && (largest < 2e-3 || largest >= 1e7);
        if (value == 0) {
            return "0";
        }
        if (scientific) {
            String text = String.format(Locale.ROOT, "%.1e", value);
            return text.replaceFirst("\\.0e", "e").replaceFirst("e([+-])0*(\\d)", "e$1$2").replace("e+", "e");
        }
        return String.format(Locale.ROOT, "%,." + decimals(logarithmic ? value : tickStep()) + "f", value);
    }

    private static Axis linear(double low, double high, double step) {
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / step - SLACK); i * step <= high + SLACK * step; i++) {
            ticks.add(i * step);
        }
        return new Axis(low, high, List.copyOf(ticks), false);
    }

    private static double step(double wanted) {
        double power = Math.pow(10, Math.floor(Math.log10(wanted)));
        for (double factor : STEPS) {
            if (factor * power >= wanted * (1 - SLACK)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private double tickStep() {
        return ticks.size() > 1 ? ticks.get(1) - ticks.get(0) : high - low;
    }

    private static int decimals(double step) {
        return (int) Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + SLACK)));
    }
}
