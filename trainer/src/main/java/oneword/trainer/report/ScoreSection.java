package oneword.trainer.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import oneword.data.sts.StsProtocol;
import oneword.trainer.evaluation.ScoreTable;
import oneword.trainer.report.chart.Axis;
import oneword.trainer.report.chart.Markup;

/** The tables of scores before and after, to read and to copy. */
final class ScoreSection {

    private static final int STRIP = 180;
    private static final int STRIP_EDGE = 8;

    private final Page page;
    private final RunHistory run;

    ScoreSection(Page page, RunHistory run) {
        this.page = page;
        this.run = run;
    }

    void write() {
        Map<String, List<ScoreRow>> tables = ScoreRow.read(run.results());
        if (tables.isEmpty()) {
            return;
        }
        page.open("Scores");
        tables.forEach(this::table);
        page.close();
    }

    private void table(String measure, List<ScoreRow> rows) {
        boolean trained = rows.stream().anyMatch(row -> Double.isFinite(row.after()));
        String what = measure.equals("spearman")
            ? "Spearman correlation of cosine and gold score × 100" : ScoreRow.measureName(measure);
        page.tableCaption(what + ", of the untrained model and of "
            + (trained ? "the best checkpoint" + (run.best().isPresent()
                ? " (step " + Figures.count(run.best().getAsLong()) + ")" : "") + "." : "no checkpoint yet.")
            + protocol(measure));
        Axis axis = axis(rows);
        page.body().open("div", "class", "scroll");
        head(measure.equals("spearman") ? "pairs" : "examples", axis);
        for (ScoreRow row : rows) {
            page.body().open("tr", "class", row.isMean() ? "mean" : null)
                .element("th", row.label(), "scope", "row", "class", "left")
                .element("td", row.isMean() || row.n() == 0 ? "" : Figures.count(row.n()))
                .element("td", Figures.score(row.before())).element("td", Figures.score(row.after()))
                .element("td", Figures.gain(row.before(), row.after()),
                    "class", row.after() > row.before() ? "gain" : row.after() < row.before() ? "loss" : null)
                .open("td", "class", "strip").raw(strip(row, axis)).close().close().line();
        }
        page.tableEnd();
        page.body().close().line();
        page.fold("As LaTeX");
        page.body().element("pre", latex(rows), "class", "copy");
        page.unfold();
        page.fold("As Markdown");
        page.body().element("pre", markdown(rows), "class", "copy");
        page.unfold();
    }

    private String protocol(String measure) {
        if (measure.equals("accuracy")) {
            return " Protocol: " + ScoreTable.TRANSFER_PROTOCOL + ".";
        }
        String id = run.results().path("after").path("protocol")
            .asText(run.results().path("before").path("protocol").asText());
        return id.isEmpty() || !measure.equals("spearman") ? ""
            : " Protocol: " + StsProtocol.of(id).map(StsProtocol::description).orElse(id) + ".";
    }

    private void head(String counted, Axis axis) {
        page.body().open("table").open("thead").open("tr").element("th", "task", "scope", "col", "class", "left");
        for (String name : List.of(counted, "untrained", "trained", "difference")) {
            page.body().element("th", name, "scope", "col");
        }
        page.body().element("th", axis.label(axis.low()) + " to " + axis.label(axis.high()), "scope", "col", "class",
            "strip").close().close().open("tbody").line();
    }

    private static Axis axis(List<ScoreRow> rows) {
        DoubleStream.Builder all = DoubleStream.builder();
        rows.forEach(row -> all.add(row.before()).add(row.after()));
        double[] values = all.build().filter(Double::isFinite).toArray();
        return values.length == 0 ? Axis.exact(0, 100, 5) : Axis.around(DoubleStream.of(values).min().getAsDouble(),
            DoubleStream.of(values).max().getAsDouble(), 4);
    }

    /** An open dot before, a filled one after, on a scale that all rows share. */
    private static String strip(ScoreRow row, Axis axis) {
        Markup svg = new Markup().open("svg", "xmlns", "http://www.w3.org/2000/svg", "viewBox",
            "0 0 " + STRIP + " 16", "class", "dumbbell", "aria-hidden", "true");
        for (double tick : axis.ticks()) {
            svg.empty("line", "class", "grid", "x1", at(axis, tick), "x2", at(axis, tick), "y1", "0", "y2", "16");
        }
        boolean before = Double.isFinite(row.before());
        boolean after = Double.isFinite(row.after());
        if (before && after) {
            svg.empty("line", "class", "span", "x1", at(axis, row.before()), "x2", at(axis, row.after()), "y1", "8",
                "y2", "8");
        }
        if (before) {
            svg.empty("circle", "class", "before", "cx", at(axis, row.before()), "cy", "8", "r", "4");
        }
        if (after) {
            svg.empty("circle", "class", "after", "cx", at(axis, row.after()), "cy", "8", "r", "4.5");
        }
        return svg.close().toString();
    }

    private static String at(Axis axis, double value) {
        return String.format(Locale.ROOT, "%.1f", axis.at(value, STRIP_EDGE, STRIP - STRIP_EDGE));
    }

    private static String latex(List<ScoreRow> rows) {
        return "\\begin{tabular}{l" + "r".repeat(rows.size()) + "}\n\\toprule\n"
            + latexLine("Model", rows.stream().map(row -> escaped(row.label())).toList()) + "\\midrule\n"
            + latexLine("Untrained", rows.stream().map(row -> inTeX(Figures.score(row.before()))).toList())
            + latexLine("Trained", rows.stream().map(row -> inTeX(Figures.score(row.after()))).toList())
            + latexLine("Difference",
                rows.stream().map(row -> inTeX(Figures.gain(row.before(), row.after()))).toList())
            + "\\bottomrule\n\\end{tabular}\n";
    }

    private static String latexLine(String name, List<String> cells) {
        return name + " & " + String.join(" & ", cells) + " \\\\\n";
    }

    private static String inTeX(String number) {
        return number.equals(Figures.NONE) ? "--" : number.replace("−", "$-$").replace("+", "$+$");
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\textbackslash{}").replaceAll("([&%$#_{}])", "\\\\$1")
            .replace("\\textbackslash\\{\\}", "\\textbackslash{}").replace("~", "\\textasciitilde{}")
            .replace("^", "\\textasciicircum{}");
    }

    private static String markdown(List<ScoreRow> rows) {
        return markdownLine("", rows.stream().map(row -> row.label().replace("|", "\\|")).toList())
            + "|---|" + "---:|".repeat(rows.size()) + "\n"
            + markdownLine("untrained", rows.stream().map(row -> Figures.score(row.before())).toList())
            + markdownLine("trained", rows.stream().map(row -> Figures.score(row.after())).toList())
            + markdownLine("difference", rows.stream().map(row -> Figures.gain(row.before(), row.after())).toList());
    }

    private static String markdownLine(String name, List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| " + name + " | ", " |\n"));
    }
}
