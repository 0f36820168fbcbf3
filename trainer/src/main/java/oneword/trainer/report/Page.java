package oneword.trainer.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import oneword.trainer.report.chart.Markup;

/**
 * An HTML page that holds all it needs: style sheet, script, and the numbers behind its charts as one JSON block. Its
 * content security policy forbids everything else, so that no browser fetches anything for it.
 */
final class Page {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Markup body = new Markup();
    private final ObjectNode data = JSON.createObjectNode();
    private int figures;
    private int tables;

    /** The content, to be written to. */
    Markup body() {
        return body;
    }

    /** The numbers behind a chart, found by the script under the chart's id. */
    ObjectNode data(String kind, String chart) {
        return data.withObjectProperty(kind).withObjectProperty(chart);
    }

    /** Adds numbers, rounded to a digit that no one sees on a screen; NaN becomes null. */
    static ArrayNode add(ArrayNode array, double... values) {
        for (double value : values) {
            if (Double.isFinite(value)) {
                array.add(Float.parseFloat(String.format(Locale.ROOT, "%.6g", value)));
            } else {
                array.addNull();
            }
        }
        return array;
    }

    /** Begins a section. */
    void open(String title) {
        body.open("section").element("h2", title).line();
    }

    /** Ends a section. */
    void close() {
        body.close().line();
    }

    /** Writes a figure: its charts side by side, the caption below. */
    void figure(String caption, String style, List<String> charts) {
        body.open("figure", "class", style).open("div", "class", "charts");
        charts.forEach(chart -> body.open("div", "class", "plot").raw(chart).close().line());
        body.close().open("figcaption").element("b", "Figure " + ++figures + ". ").text(caption).close().close().line();
    }

    /** Writes the caption of the table that follows. */
    void tableCaption(String caption) {
        body.open("p", "class", "caption").element("b", "Table " + ++tables + ". ").text(caption).close().line();
    }

    /** Begins something that is folded until a reader wants it, and not printed before. */
    void fold(String summary) {
        fold(summary, null);
    }

    /** Begins something that is folded on a screen and open on paper. */
    void foldPrinted(String summary) {
        fold(summary, "printed");
    }

    private void fold(String summary, String style) {
        body.open("details", "class", style).element("summary", summary).open("div", "class", "scroll").line();
    }

    /** Ends what was folded. */
    void unfold() {
        body.close().close().line();
    }

    /** Writes the head row of a table: names of columns, the first {@code left} of them aligned left. */
    void tableHead(int left, String... names) {
        body.open("table").open("thead").open("tr");
        for (int i = 0; i < names.length; i++) {
            body.element("th", names[i], "scope", "col", "class", i < left ? "left" : null);
        }
        body.close().close().open("tbody").line();
    }

    /** Ends a table. */
    void tableEnd() {
        body.close().close().line();
    }

    /** The whole page. */
    String html(String title) {
        String style = ResourceText.read("report.css");
        String script = ResourceText.read("report.js");
        return "<!DOCTYPE html>\n" + new Markup()
            .open("html", "lang", "en", "xmlns", "http://www.w3.org/1999/xhtml").line()
            .open("head").line()
            .empty("meta", "charset", "utf-8").line()
            .empty("meta", "http-equiv", "Content-Security-Policy", "content", "default-src 'none'; style-src 'sha256-"
                + sha256(style) + "'; script-src 'sha256-" + sha256(script) + "'; img-src data:").line()
            .empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1").line()
            .empty("meta", "name", "referrer", "content", "no-referrer").line()
            .empty("meta", "name", "color-scheme", "content", "light dark").line()
            .empty("link", "rel", "icon", "href", "data:,").line()
            .element("title", title).line()
            .open("style").raw(style).close().line()
            .close().line()
            .open("body").line()
            .open("main").raw(body.toString()).close().line()
            .open("script", "type", "application/json", "id", "run-data").raw(json()).close().line()
            .open("script").raw(script).close().line()
            .close().line().close().line();
    }

    /** JSON in which nothing can end the script element or a line of JavaScript. */
    private String json() {
        try {
            return JSON.writeValueAsString(data)
                .replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
                .replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(String text) {
        try {
            return Base64.getEncoder().encodeToString(
                MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java without SHA-256", e);
        }
    }
}
