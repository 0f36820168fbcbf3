package oneword.trainer.report.chart;

import static oneword.trainer.report.chart.Frame.number;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** A square of similarities, row i and column j coloured by the cosine of sentences i and j. */
public final class HeatMap {

    private static final int WIDTH = 520;
    private static final int MARGIN = 26;
    private static final int NUMBERED = 14;
    private static final int BAR_HEIGHT = 50;
    private static final int BAR_STEPS = 48;

    /** Viridis (van der Walt and Smith 2015, matplotlib's default map) at nine equal distances. */
    private static final int[] COLOURS =
        {0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725};

    private HeatMap() {}

    /**
     * Draws the map.
     *
     * @param id of the SVG element
     * @param title for readers who do not see it
     * @param cosine [n][n], NaN where there is none
     * @param order [n] which sentence stands in which row and column
     * @param low the cosine of the darkest colour; the brightest is 1
     * @return SVG
     */
    public static String svg(String id, String title, double[][] cosine, List<Integer> order, double low) {
        int n = order.size();
        double cell = (double) (WIDTH - MARGIN - 2) / n;
        Frame frame = new Frame(WIDTH, WIDTH, MARGIN, MARGIN, WIDTH - 2, WIDTH - 2, new Axis(0, n, List.of(), false),
            new Axis(n, 0, List.of(), false));
        Markup svg = frame.open(id, "heat", title, "Rows and columns are the " + n
            + " sentences listed below, by their numbers; brighter is more alike.");
        for (int row = 0; row < n; row++) {
            double y = MARGIN + row * cell;
            svg.element("text", "" + (row + 1), "class", "tick", "x", "" + (MARGIN - 5), "y",
                number(y + cell / 2 + 4), "text-anchor", "end");
            svg.element("text", "" + (row + 1), "class", "tick", "x", number(y + cell / 2), "y", "" + (MARGIN - 7),
                "text-anchor", "middle");
            for (int column = 0; column < n; column++) {
                double value = cosine[order.get(row)][order.get(column)];
                double x = MARGIN + column * cell;
                // A hair wider than the cell, so that no background shines through between two.
                svg.empty("rect", "x", number(x), "y", number(y), "width", number(cell + 0.3), "height",
                    number(cell + 0.3), "fill", Double.isNaN(value) ? "none" : colour((value - low) / (1 - low)));
                if (n <= NUMBERED && !Double.isNaN(value)) {
                    svg.element("text", cell(value), "class", value - low > 0.6 * (1 - low) ? "cell dark" : "cell",
                        "x", number(x + cell / 2), "y", number(y + cell / 2 + 4), "text-anchor", "middle");
                }
            }
            svg.line();
        }
        return svg.close().toString();
    }

    /**
     * Draws what the colours mean.
     *
     * @param id of the SVG element
     * @param low the cosine of the darkest colour
     * @return SVG
     */
    public static String scale(String id, double low) {
        Axis axis = Axis.exact(low, 1, 5);
        int right = WIDTH - 14;
        Markup svg = new Markup().open("svg", "xmlns", "http://www.w3.org/2000/svg", "viewBox",
            "0 0 " + WIDTH + " " + BAR_HEIGHT, "class", "chart scale", "id", id, "role", "img", "aria-label",
            "Colours from cosine " + axis.label(low) + " to 1");
        double step = (double) (right - MARGIN) / BAR_STEPS;
        IntStream.range(0, BAR_STEPS).forEach(i -> svg.empty("rect", "x", number(MARGIN + i * step), "y", "4", "width",
            number(step + 0.5), "height", "12", "fill", colour((i + 0.5) / BAR_STEPS)));
        for (double tick : axis.ticks()) {
            svg.element("text", axis.label(tick), "class", "tick", "x", number(axis.at(tick, MARGIN, right)), "y", "30",
                "text-anchor", "middle");
        }
        return svg.element("text", "cosine", "class", "axis-name", "x", number((MARGIN + right) / 2.0), "y", "47",
            "text-anchor", "middle").close().toString();
    }

    /** The colour of a part of the way from dark to bright, such as {@code #21918c}. */
    static String colour(double part) {
        double at = Math.max(0, Math.min(1, part)) * (COLOURS.length - 1);
        int below = Math.min((int) at, COLOURS.length - 2);
        int mixed = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int from = COLOURS[below] >> shift & 0xff;
            int to = COLOURS[below + 1] >> shift & 0xff;
            mixed |= (int) Math.round(from + (at - below) * (to - from)) << shift;
        }
        return String.format(Locale.ROOT, "#%06x", mixed);
    }

    private static String cell(double value) {
        return String.format(Locale.ROOT, "%.2f", value).replaceFirst("^(-?)0\\.", "$1.");
    }
}
