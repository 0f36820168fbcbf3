package oneword.trainer.leaderboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A leaderboard as one HTML page that needs nothing else: no network, no other file. A click on a column's title sorts
 * by it. All text is escaped, and the page's policy lets nothing be loaded.
 */
final class HtmlForm {

    private static final String PLACE = "<!-- leaderboard -->";

    private HtmlForm() {}

    static String of(LeaderboardReport report) {
        StringBuilder body = new StringBuilder();
        Notes.making(report).forEach(note -> body.append("<p>").append(escaped(note)).append("</p>\n"));
        table(body, Grids.entries(report), true);
        Grid beside = Grids.besidePublished(report);
        if (!beside.rows().isEmpty()) {
            body.append("<h2>Beside the published numbers</h2>\n");
            table(body, beside, false);
        }
        list(body, "Failed", Notes.failures(report));
        list(body, "Entries", Notes.entries(report));
        list(body, "Sources of published numbers", Notes.sources(report));
        list(body, "Data", Notes.data(report));
        return page().replace(PLACE, body);
    }

    private static void list(StringBuilder body, String title, List<String> notes) {
        if (!notes.isEmpty()) {
            body.append("<h2>").append(title).append("</h2>\n<ul>\n");
            notes.forEach(note -> body.append("<li>").append(escaped(note)).append("</li>\n"));
            body.append("</ul>\n");
        }
    }

    private static void table(StringBuilder body, Grid grid, boolean isSortable) {
        body.append("<div class=\"scroll\"><table").append(isSortable ? " class=\"sortable\"" : "")
            .append(">\n<thead><tr>");
        for (String title : grid.head()) {
            String shown = escaped(title);
            body.append("<th scope=\"col\">")
                .append(isSortable ? "<button type=\"button\">" + shown + "</button>" : shown).append("</th>");
        }
        body.append("</tr></thead>\n<tbody>\n");
        for (List<Grid.Cell> row : grid.rows()) {
            body.append("<tr>");
            for (int c = 0; c < row.size(); c++) {
                Grid.Cell cell = row.get(c);
                String shown = cell.isBest() ? "<strong>" + escaped(cell.text()) + "</strong>" : escaped(cell.text());
                body.append(c == 0 ? "<th scope=\"row\"" : "<td");
                cell.value().ifPresent(value -> body.append(" data-value=\"").append(value).append('"'));
                body.append('>').append(shown).append(c == 0 ? "</th>" : "</td>");
            }
            body.append("</tr>\n");
        }
        body.append("</tbody>\n</table></div>\n");
    }

    /** Text that a page shows as it is, inside elements and attributes. */
    static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(Character.getType(c) == Character.CONTROL ? ' ' : c);
            }
        });
        return safe.toString();
    }

    private static String page() {
        try (InputStream in = HtmlForm.class.getResourceAsStream("leaderboard.html")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
