package oneword.trainer.report.chart;

import static oneword.trainer.report.chart.Frame.number;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * Curves over the steps of a run. Required: a series; everything else has a default.
 *
 * <pre>{@code
 * String svg = new LineChart("loss", "Training loss", LineChart.Size.WIDE)
 *     .axes("step", "loss", 900)
 *     .series(new LineChart.Series("every step", "raw", steps, false))
 *     .series(new LineChart.Series("smoothed", "main", smooth, false))
 *     .svg();
 * }</pre>
 */
public final class LineChart {

    private static final int MARKS = 60;
    private static final int LEFT = 52;
    private static final int TOP = 26;
    private static final int BELOW = 42;
    private static final float LETTER = 7f;

    private final String id;
    private final String title;
    private final Size size;
    private final List<Series> series = new ArrayList<>();
    private final List<Line> levels = new ArrayList<>();
    private final List<Line> bounds = new ArrayList<>();
    private double[] failures = {};
    private Optional<Mark> mark = Optional.empty();
    private String description = "";
    private String xName = "step";
    private String yName = "";
    private long last = 1;
    private boolean logarithmic;
    private boolean fromZero;
    private boolean legend = true;

    /** How large a chart is drawn. */
    public enum Size {
        /** Half of a page. */
        WIDE(520, 280),
        /** A third of a page. */
        SMALL(340, 190);

        private final int width;
        private final int height;

        Size(int width, int height) {
            this.width = width;
            this.height = height;
        }
    }

    /**
     * One curve.
     *
     * @param name for the legend
     * @param style class of the style sheet: {@code raw}, {@code main}, {@code second} …
     * @param curve its points, thinned
     * @param points whether each point is drawn, too
     */
    public record Series(String name, String style, Curve curve, boolean points) {}

    private record Line(double at, String name) {}

    private record Mark(double x, double y, String name) {}

    /**
     * A chart without curves.
     *
     * @param id of the SVG element, unique on the page
     * @param title for readers who do not see it
     * @param size how large it is drawn
     */
    public LineChart(String id, String title, Size size) {
        this.id = id;
        this.title = title;
        this.size = size;
    }

    /** Says in a sentence what is seen, for readers who do not see it. */
    public LineChart description(String text) {
        description = text;
        return this;
    }

    /** Names the axes; the horizontal one ends at {@code end}, which is at least 1. */
    public LineChart axes(String horizontal, String vertical, long end) {
        xName = horizontal;
        yName = vertical;
        last = end;
        return this;
    }

    /** Makes the vertical axis logarithmic; all values must be above 0. */
    public LineChart logarithmic(boolean yes) {
        logarithmic = yes;
        return this;
    }

    /** Lets the vertical axis begin at 0. */
    public LineChart fromZero() {
        fromZero = true;
        return this;
    }

    /** Adds a curve of at least one point. */
    public LineChart series(Series added) {
        series.add(added);
        return this;
    }

    /** Adds a dashed horizontal line, drawn where the curves' axis reaches it. */
    public LineChart level(double value, String name) {
        levels.add(new Line(value, name));
        return this;
    }

    /** Adds a thin vertical line, such as the begin of an epoch. */
    public LineChart bound(double at) {
        bounds.add(new Line(at, ""));
        return this;
    }

    /** Marks places that have no value, at the upper edge. */
    public LineChart failures(double[] places) {
        failures = places.clone();
        return this;
    }

    /** Leaves the legend out, where there is no room and the caption says it. */
    public LineChart withoutLegend() {
        legend = false;
        return this;
    }

    /** Marks one point and names it. */
    public LineChart mark(double x, double y, String name) {
        mark = Optional.of(new Mark(x, y, name));
        return this;
    }

    /** The chart. */
    public String svg() {
        double low = values(Curve::lowest).min().orElse(0);
        double high = values(Curve::highest).max().orElse(1);
        Axis y = logarithmic ? Axis.logarithmic(low, high) : Axis.around(fromZero ? Math.min(0, low) : low, high, 5);
        Frame frame = new Frame(size.width, size.height, LEFT, TOP, size.width - 14, size.height - BELOW,
            Axis.count(last, size == Size.WIDE ? 6 : 4), y);
        Markup svg = frame.open(id, "lines", title, description);
        for (Line bound : bounds) {
            String at = number(frame.px(bound.at()));
            svg.empty("line", "class", "bound", "x1", at, "x2", at, "y1", "" + frame.top(), "y2", "" + frame.bottom());
        }
        frame.axes(svg, xName, yName);
        for (Series one : series) {
            draw(svg, frame, one);
        }
        levels.stream().filter(level -> level.at() >= y.low() && level.at() <= y.high())
            .forEach(level -> draw(svg, frame, level));
        for (double place : failures) {
            String at = number(frame.px(place));
            svg.empty("line", "class", "failure", "x1", at, "x2", at, "y1", "" + frame.top(), "y2",
                "" + (frame.top() + 8));
        }
        mark.ifPresent(point -> draw(svg, frame, point));
        if (legend && series.size() > 1) {
            legend(svg, frame);
        }
        return svg.close().toString();
    }

    private DoubleStream values(ToDoubleFunction<Curve> value) {
        return series.stream().map(Series::curve).mapToDouble(value);
    }

    private static void draw(Markup svg, Frame frame, Series series) {
        StringBuilder path = new StringBuilder();
        Curve curve = series.curve();
        for (int i = 0; i < curve.size(); i++) {
            path.append(i == 0 ? "M" : "L").append(number(frame.px(curve.x()[i]))).append(' ')
                .append(number(frame.py(curve.y()[i])));
        }
        path.append(curve.size() == 1 ? "h0" : "");
        svg.empty("path", "class", "line " + series.style(), "d", path.toString());
        if (series.points() && curve.size() <= MARKS || curve.size() == 1) {
            for (int i = 0; i < curve.size(); i++) {
                svg.empty("circle", "class", "point " + series.style(), "cx", number(frame.px(curve.x()[i])), "cy",
                    number(frame.py(curve.y()[i])), "r", "3");
            }
        }
        svg.line();
    }

    private static void draw(Markup svg, Frame frame, Line level) {
        String at = number(frame.py(level.at()));
        svg.empty("line", "class", "level", "x1", "" + frame.left(), "x2", "" + frame.right(), "y1", at, "y2", at);
        boolean high = frame.py(level.at()) < frame.top() + 14;
        svg.element("text", level.name(), "class", "note", "x", "" + (frame.right() - 2), "y",
            number(frame.py(level.at()) + (high ? 13 : -4)), "text-anchor", "end");
    }

    private static void draw(Markup svg, Frame frame, Mark mark) {
        double x = frame.px(mark.x());
        double y = frame.py(mark.y());
        boolean leftOf = x > (frame.left() + frame.right()) / 2.0;
        boolean below = y < frame.top() + 24;
        svg.empty("circle", "class", "mark", "cx", number(x), "cy", number(y), "r", "6");
        svg.element("text", mark.name(), "class", "mark-name", "x", number(leftOf ? x - 6 : x + 6), "y",
            number(below ? y + 20 : y - 11), "text-anchor", leftOf ? "end" : "start");
    }

    private void legend(Markup svg, Frame frame) {
        int x = frame.right();
        for (int i = series.size() - 1; i >= 0; i--) {
            svg.element("text", series.get(i).name(), "class", "legend", "x", "" + x, "y", "12", "text-anchor", "end");
            x -= 8 + Math.round(LETTER * series.get(i).name().length());
            svg.empty("line", "class", "line " + series.get(i).style(), "x1", "" + (x - 16), "x2", "" + x, "y1", "8",
                "y2", "8");
            x -= 30;
        }
    }
}
