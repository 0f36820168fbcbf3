package oneword.trainer.report.chart;

import static oneword.trainer.report.chart.Frame.number;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Cosines against gold scores: a faint dot a pair, and over equal stretches of gold the median of the cosines and their
 * middle half.
 */
public final class ScatterChart {

    private static final int WIDTH = 520;
    private static final int HEIGHT = 300;
    private static final int LEFT = 44;
    private static final int TOP = 26;
    private static final int BELOW = 42;
    private static final int LAYERS = 5;
    private static final int BINS = 10;
    private static final int FEWEST = 4;

    private ScatterChart() {}

    /**
     * Draws the chart.
     *
     * @param id of the SVG element
     * @param title for readers who do not see it
     * @param gold [n] scores, n ≥ 1
     * @param cosine [n] in [−1, 1]
     * @param low start of the vertical axis, so that two charts can be compared; it ends at 1
     * @return SVG
     */
    public static String svg(String id, String title, double[] gold, double[] cosine, double low) {
        double least = Arrays.stream(gold).min().orElse(0);
        double most = Arrays.stream(gold).max().orElse(1);
        Frame frame = new Frame(WIDTH, HEIGHT, LEFT, TOP, WIDTH - 12, HEIGHT - BELOW, Axis.around(least, most, 6),
            Axis.exact(low, 1, 6));
        Markup svg = frame.open(id, "scatter", title, String.format(Locale.ROOT,
            "%,d pairs; gold from %.2f to %.2f, cosine from %.2f to %.2f.", gold.length, least, most,
            Arrays.stream(cosine).min().orElse(0), Arrays.stream(cosine).max().orElse(0)));
        frame.axes(svg, "gold score", "cosine");
        for (int layer = 0; layer < LAYERS; layer++) {
            // Within one path overlapping dots do not add up; over a few paths density shows.
            StringBuilder path = new StringBuilder();
            for (int i = layer; i < gold.length; i += LAYERS) {
                path.append('M').append(number(frame.px(gold[i]))).append(' ').append(number(frame.py(cosine[i])))
                    .append("h0");
            }
            if (!path.isEmpty()) {
                svg.empty("path", "class", "dots", "d", path.toString()).line();
            }
        }
        middles(svg, frame, gold, cosine);
        return svg.close().toString();
    }

    /** Draws median and quartiles of every stretch of gold that has a few pairs. */
    private static void middles(Markup svg, Frame frame, double[] gold, double[] cosine) {
        double low = frame.x().low();
        double width = (frame.x().high() - low) / BINS;
        StringBuilder medians = new StringBuilder();
        for (int bin = 0; bin < BINS; bin++) {
            int wanted = bin;
            double[] inside = IntStream.range(0, gold.length)
                .filter(i -> Math.min(BINS - 1, (int) ((gold[i] - low) / width)) == wanted)
                .mapToDouble(i -> cosine[i]).sorted().toArray();
            if (inside.length >= FEWEST) {
                String x = number(frame.px(low + (bin + 0.5) * width));
                svg.empty("line", "class", "quartiles", "x1", x, "x2", x,
                    "y1", number(frame.py(quantile(inside, 0.25))), "y2", number(frame.py(quantile(inside, 0.75))));
                medians.append(medians.isEmpty() ? "M" : "L").append(x).append(' ')
                    .append(number(frame.py(quantile(inside, 0.5))));
            }
        }
        if (!medians.isEmpty()) {
            svg.empty("path", "class", "medians", "d", medians.toString());
        }
    }

    private static double quantile(double[] sorted, double part) {
        double at = part * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
