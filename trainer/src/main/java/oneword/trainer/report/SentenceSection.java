package oneword.trainer.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import oneword.trainer.report.chart.HeatMap;
import oneword.trainer.report.chart.Markup;
import oneword.trainer.report.chart.Seriation;

/** How alike a few sentences are, before and after: heat maps, and what stands nearest to what. */
final class SentenceSection {

    private final Page page;
    private final JsonNode sentences;
    private final List<String> texts = new ArrayList<>();

    SentenceSection(Page page, RunHistory run) {
        this.page = page;
        this.sentences = run.journal().path("sentences");
        sentences.path("texts").forEach(text -> texts.add(text.asText()));
    }

    void write() {
        Optional<double[][]> before = matrix("before");
        Optional<double[][]> after = matrix("after");
        if (before.isEmpty() && after.isEmpty()) {
            return;
        }
        List<Integer> order = Seriation.order(after.orElseGet(before::get));
        page.open("Similarity of sample sentences");
        maps(before, after, order);
        nearest(order);
        numbers(before, after, order);
        page.close();
    }

    private void maps(Optional<double[][]> before, Optional<double[][]> after, List<Integer> order) {
        double least = DoubleStream.concat(apart(before), apart(after)).min().orElse(0);
        double low = Math.max(-1, Math.min(0.9, Math.floor(least * 10) / 10));
        List<String> charts = new ArrayList<>();
        before.ifPresent(matrix -> charts.add(map("before", "untrained", matrix, order, low)));
        String step = Figures.count(sentences.path("after").path("step").asLong());
        after.ifPresent(matrix -> charts.add(map("after", "trained, step " + step, matrix, order, low)));
        charts.add(HeatMap.scale("heat-scale", low));
        ArrayNode ordered = page.data("heat", "sentences").putArray("texts");
        order.forEach(row -> ordered.add(texts.get(row)));
        page.figure("Cosine of each two of " + order.size() + " sentences, numbered as in the table below. Both maps "
            + "share order and colours: sentences that are alike " + (after.isPresent() ? "after training" : "")
            + " stand together.", charts.size() == 2 ? "one heat-maps" : "two heat-maps", charts);
    }

    private String map(String side, String name, double[][] matrix, List<Integer> order, double low) {
        String id = "heat-" + side;
        ArrayNode rows = page.data("heat", id).putArray("cosine");
        for (int row : order) {
            ArrayNode cells = rows.addArray();
            order.forEach(column -> Page.add(cells, matrix[row][column]));
        }
        String mean = Figures.cosine(apart(Optional.of(matrix)).average().orElse(Double.NaN));
        return new Markup().element("h3", name + ": mean cosine between sentences " + mean)
            .raw(HeatMap.svg(id, "Similarities, " + name, matrix, order, low)).toString();
    }

    private void nearest(List<Integer> order) {
        boolean before = sentences.path("before").has("nearest");
        boolean after = sentences.path("after").has("nearest");
        page.tableCaption("The sentences in the order of the maps, each with the one nearest to it"
            + (before && after ? " before and after training" : "") + " and their cosine.");
        page.body().open("div", "class", "scroll");
        List<String> head = new ArrayList<>(List.of("", "sentence"));
        if (before) {
            head.addAll(List.of("nearest, untrained", "cosine"));
        }
        if (after) {
            head.addAll(List.of("nearest, trained", "cosine"));
        }
        page.tableHead(head.size(), head.toArray(String[]::new));
        for (int i = 0; i < order.size(); i++) {
            int row = order.get(i);
            page.body().open("tr").element("td", "" + (i + 1)).element("th", texts.get(row), "scope", "row", "class",
                "left text");
            for (String side : List.of("before", "after")) {
                if (sentences.path(side).has("nearest")) {
                    JsonNode near = sentences.path(side).path("nearest").path(row);
                    page.body().element("td", near.path("text").asText(), "class", "left text")
                        .element("td", Figures.cosine(RunHistory.number(near.path("cosine"))));
                }
            }
            page.body().close().line();
        }
        page.tableEnd();
        page.body().close().line();
    }

    /** The maps as tables, for readers who do not see them. */
    private void numbers(Optional<double[][]> before, Optional<double[][]> after, List<Integer> order) {
        before.ifPresent(matrix -> numbers("Cosines of the untrained model as a table", matrix, order));
        after.ifPresent(matrix -> numbers("Cosines of the trained model as a table", matrix, order));
    }

    private void numbers(String title, double[][] matrix, List<Integer> order) {
        page.fold(title);
        String[] head = new String[order.size() + 1];
        Arrays.setAll(head, i -> i == 0 ? "" : "" + i);
        page.tableHead(0, head);
        for (int i = 0; i < order.size(); i++) {
            page.body().open("tr").element("th", "" + (i + 1), "scope", "row");
            for (int column : order) {
                page.body().element("td", Figures.cosine(matrix[order.get(i)][column]));
            }
            page.body().close().line();
        }
        page.tableEnd();
        page.unfold();
    }

    /** The square of one side; empty where it is absent or not square. */
    private Optional<double[][]> matrix(String side) {
        JsonNode rows = sentences.path(side).path("cosine");
        int n = texts.size();
        if (n < 2 || rows.size() != n) {
            return Optional.empty();
        }
        double[][] matrix = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                matrix[i][j] = RunHistory.number(rows.get(i).path(j));
            }
        }
        return Optional.of(matrix);
    }

    /** The finite cosines of two different sentences. */
    private static DoubleStream apart(Optional<double[][]> matrix) {
        return matrix.stream().flatMapToDouble(square -> IntStream.range(0, square.length).boxed()
            .flatMapToDouble(i -> IntStream.range(0, square.length).filter(j -> j != i)
                .mapToDouble(j -> square[i][j]))).filter(Double::isFinite);
    }
}
