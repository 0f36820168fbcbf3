package oneword.trainer.report.chart;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes HTML and SVG that is well-formed XML, too: every element is closed, every text and attribute escaped.
 * Characters that XML cannot hold become U+FFFD.
 */
public final class Markup {

    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /** A text without elements. */
    public Markup() {}

    /**
     * Opens an element.
     *
     * @param name of the element
     * @param attributes name, value, name, value …; one whose value is null is left out
     * @return this
     */
    public Markup open(String name, String... attributes) {
        tag(name, attributes);
        out.append('>');
        open.push(name);
        return this;
    }

    /**
     * Closes the element that was opened last.
     *
     * @return this
     */
    public Markup close() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /**
     * Writes an element without content.
     *
     * @param name of the element; in HTML one of those that never have content
     * @param attributes as in {@link #open}
     * @return this
     */
    public Markup empty(String name, String... attributes) {
        tag(name, attributes);
        out.append("/>");
        return this;
    }

    /**
     * Writes an element that holds nothing but text.
     *
     * @param name of the element
     * @param text its text
     * @param attributes as in {@link #open}
     * @return this
     */
    public Markup element(String name, String text, String... attributes) {
        return open(name, attributes).text(text).close();
    }

    /**
     * Writes text.
     *
     * @param text any text
     * @return this
     */
    public Markup text(String text) {
        escape(text);
        return this;
    }

    /**
     * Writes markup as it stands.
     *
     * @param markup well-formed
     * @return this
     */
    public Markup raw(String markup) {
        out.append(markup);
        return this;
    }

    /**
     * Starts a new line in the file.
     *
     * @return this
     */
    public Markup line() {
        out.append('\n');
        return this;
    }

    /** The markup so far; all elements must be closed. */
    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("not closed: " + open);
        }
        return out.toString();
    }

    private void tag(String name, String... attributes) {
        out.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            if (attributes[i + 1] != null) {
                out.append(' ').append(attributes[i]).append("=\"");
                escape(attributes[i + 1]);
                out.append('"');
            }
        }
    }

    private void escape(String text) {
        text.codePoints().forEach(point -> {
            switch (point) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> out.appendCodePoint(isXml(point) ? point : 0xFFFD);
            }
        });
    }

    private static boolean isXml(int point) {
        return point == '\t' || point == '\n' || point == '\r' || point >= 0x20 && point < 0xD800
            || point >= 0xE000 && point < 0xFFFE || point > 0xFFFF;
    }
}
