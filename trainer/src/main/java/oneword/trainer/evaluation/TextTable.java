package oneword.trainer.evaluation;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.List;

/**
 * A table in plain text or Markdown: the first {@code left} columns aligned left, the others right. Cells are made
 * safe to print (control characters become spaces) and measured in terminal columns, not chars.
 */
public final class TextTable {

    private final int left;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * A table with its head.
     *
     * @param left how many columns are aligned left
     * @param head the first row
     */
    public TextTable(int left, List<String> head) {
        this.left = left;
        add(head);
    }

    /**
     * Adds a row.
     *
     * @param cells as many as the head has
     */
    public void add(List<String> cells) {
        rows.add(cells.stream().map(TextTable::printable).toList());
    }

    /** The table as aligned plain text; every line ends in a line feed. */
    public String plain() {
        int[] widths = widths();
        StringBuilder text = new StringBuilder();
        for (int r = 0; r < rows.size(); r++) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < widths.length; c++) {
                line.append(c == 0 ? "" : "  ").append(padded(rows.get(r).get(c), widths[c], c < left));
            }
            text.append(line.toString().stripTrailing()).append('\n');
            if (r == 0) {
                int total = 2 * (widths.length - 1);
                for (int width : widths) {
                    total += width;
                }
                text.append("-".repeat(total)).append('\n');
            }
        }
        return text.toString();
    }

    /** The table as GitHub-flavoured Markdown; every line ends in a line feed. */
    public String markdown() {
        StringBuilder text = new StringBuilder();
        for (int r = 0; r < rows.size(); r++) {
            for (String cell : rows.get(r)) {
                text.append("| ").append(cell.replace("\\", "\\\\").replace("|", "\\|")).append(' ');
            }
            text.append("|\n");
            if (r == 0) {
                for (int c = 0; c < rows.get(0).size(); c++) {
                    text.append(c < left ? "| --- " : "| ---: ");
                }
                text.append("|\n");
            }
        }
        return text.toString();
    }

    /**
     * Cuts a text to a width in terminal columns.
     *
     * @param text any text
     * @param width at least 4
     * @return the printable text, ending in {@code ...} if it was cut
     */
    public static String cut(String text, int width) {
        String printable = printable(text);
        if (width(printable) <= width) {
            return printable;
        }
        StringBuilder start = new StringBuilder();
        int used = 0;
        for (int codePoint : printable.codePoints().toArray()) {
            used += width(codePoint);
            if (used > width - 3) {
                break;
            }
            start.appendCodePoint(codePoint);
        }
        return start.append("...").toString();
    }

    private int[] widths() {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], width(row.get(c)));
            }
        }
        return widths;
    }

    private static String padded(String cell, int width, boolean alignLeft) {
        String space = " ".repeat(width - width(cell));
        return alignLeft ? cell + space : space + cell;
    }

    private static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints().forEach(codePoint -> {
            boolean control = switch (Character.getType(codePoint)) {
                case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
                default -> false;
            };
            printable.appendCodePoint(control ? ' ' : codePoint);
        });
        return printable.toString();
    }

    private static int width(String text) {
        return text.codePoints().map(TextTable::width).sum();
    }

    private static int width(int codePoint) {
        int type = Character.getType(codePoint);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        boolean emoji = codePoint >= 0x1F300 && codePoint <= 0x1FAFF;
        boolean fullWidth = codePoint >= 0x3000 && codePoint <= 0x303E || codePoint >= 0xFF01 && codePoint <= 0xFF60;
        return switch (UnicodeScript.of(codePoint)) {
            case HAN, HANGUL, HIRAGANA, KATAKANA -> codePoint >= 0xFF61 && codePoint <= 0xFFDC ? 1 : 2;
            default -> emoji || fullWidth ? 2 : 1;
        };
    }
}
