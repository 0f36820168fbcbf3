package oneword.trainer.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import oneword.trainer.evaluation.TaskList;
import oneword.trainer.report.chart.Markup;
import oneword.trainer.report.chart.ScatterChart;

/** Cosines against gold scores, before and after. */
final class PairSection {

    private static final int MOST_TASKS = 2;
    private static final Map<String, String> NAMES =
        Map.of(TaskList.STS_BENCHMARK, "STS-B test", TaskList.DEV, "STS-B dev");

    private final Page page;
    private final RunHistory run;

    PairSection(Page page, RunHistory run) {
        this.page = page;
        this.run = run;
    }

    /** The pairs of one model that have both numbers. */
    private record Side(String name, String key, double spearman, double[] gold, double[] cosine) {

        static Side of(String name, String key, JsonNode task) {
            JsonNode gold = task.path("gold");
            JsonNode cosine = task.path(key).path("cosine");
            int[] rows = IntStream.range(0, Math.min(gold.size(), cosine.size()))
                .filter(i -> gold.path(i).isNumber() && cosine.path(i).isNumber()).toArray();
            return new Side(name, key, RunHistory.number(task.path(key).path("spearman")),
                Arrays.stream(rows).mapToDouble(i -> gold.get(i).doubleValue()).toArray(),
                Arrays.stream(rows).mapToDouble(i -> cosine.get(i).doubleValue()).toArray());
        }
    }

    void write() {
        List<Map.Entry<String, JsonNode>> tasks = run.journal().path("pairs").properties().stream()
            .limit(MOST_TASKS).toList();
        if (tasks.isEmpty()) {
            return;
        }
        page.open("Cosine against gold");
        for (int i = 0; i < tasks.size(); i++) {
            task(i, tasks.get(i).getKey(), tasks.get(i).getValue());
        }
        page.close();
    }

    private void task(int number, String name, JsonNode task) {
        List<Side> sides = new ArrayList<>();
        for (Side side : List.of(Side.of("untrained", "before", task),
            Side.of("trained, step " + Figures.count(task.path("after").path("step").asLong()), "after", task))) {
            if (side.gold().length > 0) {
                sides.add(side);
            }
        }
        double low = sides.stream().flatMapToDouble(side -> DoubleStream.of(side.cosine())).min().orElse(0);
        double edge = Math.min(0.9, Math.floor(low * 10) / 10);
        List<String> charts = new ArrayList<>();
        String shown = NAMES.getOrDefault(name, name);
        for (Side side : sides) {
            String id = "pairs-" + number + "-" + side.key();
            String score = Double.isFinite(side.spearman()) ? ", ρ × 100 = " + Figures.score(side.spearman()) : "";
            charts.add(new Markup().element("h3", side.name() + score)
                .raw(ScatterChart.svg(id, shown + ", " + side.name() + score, side.gold(), side.cosine(), edge))
                .toString());
            ObjectNode data = page.data("pairs", id);
            Page.add(data.putArray("gold"), side.gold());
            Page.add(data.putArray("cosine"), side.cosine());
        }
        if (charts.isEmpty()) {
            return;
        }
        long n = task.path("n").asLong();
        int drawn = sides.get(0).gold().length;
        page.figure(String.format(Locale.ROOT, "%s: cosine of the two vectors of a pair against its gold score, %s%s. "
            + "The line joins the medians over stretches of gold, bars hold the middle half.", shown,
            Figures.of(n, "pair"), drawn < n ? " (" + Figures.count(drawn) + " of them drawn)" : ""),
            charts.size() == 1 ? "one" : "two", charts);
    }
}
