package oneword.trainer.leaderboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalDouble;
import oneword.trainer.report.chart.Markup;

/**
 * A leaderboard as one HTML page that needs nothing else: no network, no other file. A click on a column's title sorts
 * by it. All text is escaped, and the page's policy lets nothing be loaded.
 */
final class HtmlForm {

    private static final String PLACE = "<!-- leaderboard -->";

    private HtmlForm() {}

    static String of(LeaderboardReport report) {
        Markup body = new Markup();
        Notes.making(report).forEach(note -> body.element("p", note).line());
        table(body, Grids.entries(report), true);
        Grid beside = Grids.besidePublished(report);
        if (!beside.rows().isEmpty()) {
            body.element("h2", "Beside the published numbers").line();
            table(body, beside, false);
        }
        list(body, "Failed", Notes.failures(report), true);
        list(body, "Entries", Notes.entries(report), true);
        list(body, "Sources of published numbers", Notes.sources(report), true);
        list(body, "Data", Notes.data(report), false);
        return page().replace(PLACE, body.toString());
    }

    private static void list(Markup body, String title, List<String> notes, boolean isOpen) {
        if (!notes.isEmpty()) {
            body.open("details", "open", isOpen ? "open" : null).element("summary", title).line().open("ul").line();
            notes.forEach(note -> body.element("li", note).line());
            body.close().close().line();
        }
    }

    private static void table(Markup body, Grid grid, boolean isSortable) {
        body.open("div", "class", "scroll").open("table", "class", isSortable ? "sortable" : null).line();
        body.open("thead").open("tr");
        for (String title : grid.head()) {
            body.open("th", "scope", "col");
            if (isSortable) {
                body.element("button", title, "type", "button");
            } else {
                body.text(title);
            }
            body.close();
        }
        body.close().close().line().open("tbody").line();
        for (List<Grid.Cell> row : grid.rows()) {
            body.open("tr").element("th", row.get(0).text(), "scope", "row");
            for (Grid.Cell cell : row.subList(1, row.size())) {
                OptionalDouble value = cell.value();
                body.open("td", "data-value", value.isPresent() ? String.valueOf(value.getAsDouble()) : null);
                if (cell.isBest()) {
                    body.element("strong", cell.text());
                } else {
                    body.text(cell.text());
                }
                body.close();
            }
            body.close().line();
        }
        body.close().close().close().line();
    }

    private static String page() {
        try (InputStream in = HtmlForm.class.getResourceAsStream("leaderboard.html")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
