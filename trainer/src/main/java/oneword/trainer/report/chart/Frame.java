package oneword.trainer.report.chart;

import java.util.Locale;

/**
 * The plotting area of a chart, its axes and the pixels of values.
 *
 * @param width of the chart in SVG units
 * @param height of the chart
 * @param left edge of the plotting area
 * @param top edge
 * @param right edge
 * @param bottom edge
 * @param x horizontal axis
 * @param y vertical axis
 */
record Frame(int width, int height, int left, int top, int right, int bottom, Axis x, Axis y) {

    private static final int TICK_GAP = 6;

    double px(double value) {
        return x.at(value, left, right);
    }

    double py(double value) {
        return y.at(value, bottom, top);
    }

    /** Opens the SVG with what a reader who does not see it is told, and with the geometry for the script. */
    Markup open(String id, String kind, String title, String description) {
        return new Markup()
            .open("svg", "xmlns", "http://www.w3.org/2000/svg", "viewBox", "0 0 " + width + " " + height,
                "id", id, "class", "chart " + kind, "role", "img",
                "aria-labelledby", id + "-title " + id + "-desc",
                "data-frame", left + " " + top + " " + right + " " + bottom,
                "data-x", x.low() + " " + x.high() + (x.logarithmic() ? " log" : ""),
                "data-y", y.low() + " " + y.high() + (y.logarithmic() ? " log" : ""))
            .element("title", title, "id", id + "-title")
            .element("desc", description, "id", id + "-desc").line();
    }

    /** Draws grid, ticks and names of the axes. */
    void axes(Markup svg, String xName, String yName) {
        for (double tick : y.ticks()) {
            String at = number(py(tick));
            svg.empty("line", "class", "grid", "x1", "" + left, "x2", "" + right, "y1", at, "y2", at);
            svg.element("text", y.label(tick), "class", "tick", "x", "" + (left - TICK_GAP), "y", number(py(tick) + 4),
                "text-anchor", "end");
        }
        for (double tick : x.ticks()) {
            String at = number(px(tick));
            svg.empty("line", "class", "axis", "x1", at, "x2", at, "y1", "" + bottom, "y2", "" + (bottom + 4));
            boolean atEdge = px(tick) > width - 16;
            svg.element("text", x.label(tick), "class", "tick", "x", atEdge ? "" + (right + 8) : at, "y",
                "" + (bottom + 17), "text-anchor", atEdge ? "end" : "middle");
        }
        svg.empty("line", "class", "axis", "x1", "" + left, "x2", "" + right, "y1", "" + bottom, "y2", "" + bottom);
        svg.element("text", xName, "class", "axis-name", "x", number((left + right) / 2.0), "y", "" + (height - 4),
            "text-anchor", "middle");
        svg.element("text", yName, "class", "axis-name", "x", "" + 2, "y", "12").line();
    }

    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
