package oneword.trainer.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import oneword.trainer.report.RunHistory.Step;
import oneword.trainer.report.chart.Curve;
import oneword.trainer.report.chart.LineChart;

/** How training went: loss, scores on the way, learning rate, gradient norm, speed. */
final class CurveSection {

    private static final int MOST_POINTS = 1200;
    private static final int MOST_BOUNDS = 20;
    private static final int MOST_ROWS = 25;
    private static final int MOST_FAILURES = 200;
    private static final int SMOOTH_FROM = 8;
    /** Steps from which the small charts are too dense to be read without an average. */
    private static final int MANY = 200;
    private static final List<String> STYLES = List.of("main", "second", "third", "fourth");

    private final Page page;
    private final RunHistory run;

    CurveSection(Page page, RunHistory run) {
        this.page = page;
        this.run = run;
    }

    /** The place of the highest score; of equal ones, the first, as the run chooses it. */
    static int best(Curve scores) {
        int best = 0;
        for (int i = 1; i < scores.size(); i++) {
            best = scores.y()[i] > scores.y()[best] ? i : best;
        }
        return best;
    }

    void write() {
        if (run.steps().isEmpty() && run.scores().isEmpty()) {
            return;
        }
        page.open("Training");
        List<String> wide = new ArrayList<>();
        StringBuilder caption = new StringBuilder();
        Curve loss = run.curve(Step::loss);
        if (loss.size() > 0) {
            wide.add(loss(loss, caption));
        }
        if (run.scores().values().stream().anyMatch(curve -> curve.size() > 0)) {
            wide.add(scores(caption));
        }
        if (!wide.isEmpty()) {
            page.figure(caption.toString(), wide.size() == 1 ? "one" : "two", wide);
        }
        small();
        tables();
        page.close();
    }

    private String loss(Curve loss, StringBuilder caption) {
        int span = span(loss);
        boolean smooth = loss.size() >= SMOOTH_FROM;
        LineChart chart = new LineChart("loss", "Training loss", LineChart.Size.WIDE)
            .description(String.format(Locale.ROOT, "InfoNCE loss over %s: first %s, last %s, lowest %s, highest %s.",
                Figures.of(loss.size(), "step"), Figures.plain(loss.y()[0]), Figures.plain(loss.y()[loss.size() - 1]),
                Figures.plain(loss.lowest()), Figures.plain(loss.highest())))
            .axes("step", "loss", run.end());
        series(chart, "loss", "each step", smooth ? "raw" : "main", loss);
        caption.append("Training loss: InfoNCE of each step before its update, temperature ")
            .append(Figures.plain(run.config().path("loss").path("temperature").asDouble()));
        if (smooth) {
            series(chart, "loss", "moving average", "main", loss.smoothed(span));
            caption.append(", and its exponential moving average of span ").append(span);
        }
        double[] epochs = epochs();
        if (epochs.length > 0 && epochs.length <= MOST_BOUNDS) {
            DoubleStream.of(epochs).forEach(chart::bound);
            caption.append("; vertical lines are ends of epochs");
        }
        double[] failures = run.steps().stream().filter(step -> !Double.isFinite(step.loss())
            || !Double.isFinite(step.gradientNorm())).mapToDouble(Step::step).toArray();
        if (failures.length > 0) {
            chart.failures(DoubleStream.of(failures).limit(MOST_FAILURES).toArray());
            caption.append("; ").append(Figures.of(failures.length, "step"))
                .append(" without a finite loss or gradient marked in red, not applied");
        }
        caption.append(". ");
        return chart.svg();
    }

    private String scores(StringBuilder caption) {
        LineChart chart = new LineChart("scores", "Scores during training", LineChart.Size.WIDE)
            .axes("step", "Spearman × 100", run.end());
        String selection = run.selection();
        int style = 0;
        StringBuilder described = new StringBuilder();
        for (Map.Entry<String, Curve> task : run.scores().entrySet()) {
            Curve curve = task.getValue();
            if (curve.size() > 0) {
                chart.series(new LineChart.Series(task.getKey(), STYLES.get(style++ % STYLES.size()),
                    curve.thinned(MOST_POINTS), true));
                keep("scores", task.getKey(), curve.thinned(MOST_POINTS));
                int best = best(curve);
                described.append(task.getKey()).append(": ").append(Figures.score(curve.y()[0])).append(" at step ")
                    .append((long) curve.x()[0]).append(", highest ").append(Figures.score(curve.y()[best]))
                    .append(" at step ").append((long) curve.x()[best]).append(". ");
            }
        }
        caption.append("Scores on ").append(String.join(", ", run.scores().keySet())).append(" during training");
        Curve selected = run.scores().get(selection);
        if (selected != null && selected.size() > 0) {
            int best = best(selected);
            chart.mark(selected.x()[best], selected.y()[best], "best: " + Figures.score(selected.y()[best])
                + ", step " + Figures.count((long) selected.x()[best]));
            caption.append("; the best one is marked").append(selected.x()[0] == 0 ? ", step 0 is the untrained model"
                : "");
        }
        caption.append('.');
        return chart.description(described.toString().strip()).svg();
    }

    private void small() {
        List<String> charts = new ArrayList<>();
        StringBuilder caption = new StringBuilder("Learning rate");
        small(charts, "rate", "Learning rate", run.curve(Step::learningRate), false, Double.NaN);
        Curve norm = run.curve(Step::gradientNorm);
        double clip = run.config().path("training").path("max_grad_norm").asDouble();
        small(charts, "norm", "Gradient norm", norm, true, clip > 0 ? clip : Double.NaN);
        caption.append(", L2 norm of the gradient before clipping");
        if (clip > 0 && norm.size() > 0) {
            long clipped = DoubleStream.of(norm.y()).filter(value -> value > clip).count();
            caption.append(String.format(Locale.ROOT, " (clipped to %s in %s)", Figures.plain(clip),
                clipped == 0 ? "no step" : String.format(Locale.ROOT, "%.3g %% of the steps",
                    100.0 * clipped / norm.size())));
        }
        Curve speed = run.curve(step -> step.triples() / step.seconds());
        small(charts, "speed", "Triples per second", speed, true, Double.NaN);
        if (!charts.isEmpty()) {
            caption.append(", and triples per second of each step");
            if (norm.size() >= MANY || speed.size() >= MANY) {
                caption.append("; the heavy line is the moving average");
            }
            page.figure(caption.append('.').toString(), "three", charts);
        }
    }

    private void small(List<String> charts, String id, String title, Curve curve, boolean noisy, double level) {
        if (curve.size() == 0) {
            return;
        }
        boolean logarithmic = noisy && curve.lowest() > 0 && curve.highest() / curve.lowest() > 50;
        LineChart chart = new LineChart(id, title, LineChart.Size.SMALL)
            .description(String.format(Locale.ROOT, "Lowest %s, highest %s, last %s.", Figures.plain(curve.lowest()),
                Figures.plain(curve.highest()), Figures.plain(curve.y()[curve.size() - 1])))
            .axes("step", title.toLowerCase(Locale.ROOT), run.end())
            .logarithmic(logarithmic);
        boolean smooth = noisy && curve.size() >= MANY;
        series(chart, id, smooth ? "each step" : title, smooth ? "raw" : "thin", curve);
        if (smooth) {
            series(chart, id, "moving average", "main", curve.smoothed(span(curve)));
        }
        if (!logarithmic) {
            chart.fromZero();
        }
        if (Double.isFinite(level)) {
            chart.level(level, "clipped above " + Figures.plain(level));
        }
        charts.add(chart.withoutLegend().svg());
    }

    private void series(LineChart chart, String id, String name, String style, Curve curve) {
        Curve shown = curve.thinned(MOST_POINTS);
        chart.series(new LineChart.Series(name, style, shown, false));
        keep(id, name, shown);
    }

    private static int span(Curve curve) {
        return Math.max(5, (int) Math.round(curve.size() / 40.0));
    }

    /** The charts as tables, for readers who do not see them. */
    private void tables() {
        if (!run.steps().isEmpty()) {
            page.fold("Steps as a table" + (run.steps().size() > MOST_ROWS ? " (" + MOST_ROWS + " of "
                + Figures.count(run.steps().size()) + "; all are in metrics.jsonl)" : ""));
            page.tableHead(0, "step", "epoch", "loss", "learning rate", "gradient norm", "triples", "tokens",
                "seconds");
            int rows = Math.min(MOST_ROWS, run.steps().size());
            for (int i = 0; i < rows; i++) {
                Step step = run.steps().get(
                    rows == 1 ? 0 : (int) ((long) i * (run.steps().size() - 1) / (rows - 1)));
                row(Figures.count(step.step()), "" + step.epoch(), decimals(step.loss()),
                    Figures.plain(step.learningRate()), decimals(step.gradientNorm()), Figures.count(step.triples()),
                    Figures.count(step.tokens()), decimals(step.seconds()));
            }
            page.tableEnd();
            page.unfold();
        }
        for (Map.Entry<String, Curve> task : run.scores().entrySet()) {
            page.fold("Scores on " + task.getKey() + " as a table");
            page.tableHead(0, "step", "Spearman × 100");
            Curve shown = task.getValue().thinned(200);
            for (int i = 0; i < shown.size(); i++) {
                row(Figures.count((long) shown.x()[i]), Figures.score(shown.y()[i]));
            }
            page.tableEnd();
            page.unfold();
        }
    }

    private void row(String... cells) {
        page.body().open("tr");
        for (String cell : cells) {
            page.body().element("td", cell);
        }
        page.body().close().line();
    }

    private void keep(String chart, String name, Curve curve) {
        ObjectNode node = page.data("curves", chart);
        ObjectNode series = node.withArrayProperty("series").addObject().put("name", name);
        Page.add(series.putArray("x"), curve.x());
        Page.add(series.putArray("y"), curve.y());
    }

    /** The places between two epochs. */
    private double[] epochs() {
        List<Step> steps = run.steps();
        List<Double> ends = new ArrayList<>();
        for (int i = 1; i < steps.size(); i++) {
            if (steps.get(i).epoch() != steps.get(i - 1).epoch()) {
                ends.add(steps.get(i).step() - 0.5);
            }
        }
        return ends.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static String decimals(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "not finite";
    }
}
