package oneword.trainer.leaderboard;

import java.util.List;

/** A leaderboard as GitHub-flavoured Markdown; the best of a column is bold. All text is escaped. */
final class MarkdownForm {

    private MarkdownForm() {}

    static String of(LeaderboardReport report) {
        StringBuilder text = new StringBuilder("# Leaderboard\n\n");
        Notes.making(report).forEach(note -> text.append(escaped(note)).append(".\n"));
        text.append('\n').append(table(Grids.entries(report)));
        Grid beside = Grids.besidePublished(report);
        if (!beside.rows().isEmpty()) {
            text.append("\n## Beside the published numbers\n\n").append(table(beside));
        }
        list(text, "Failed", Notes.failures(report));
        list(text, "Entries", Notes.entries(report));
        list(text, "Sources of published numbers", Notes.sources(report));
        list(text, "Data", Notes.data(report));
        return text.toString();
    }

    private static void list(StringBuilder text, String title, List<String> notes) {
        if (!notes.isEmpty()) {
            text.append("\n## ").append(title).append("\n\n");
            notes.forEach(note -> text.append("- ").append(escaped(note)).append('\n'));
        }
    }

    private static String table(Grid grid) {
        StringBuilder text = new StringBuilder();
        grid.head().forEach(title -> text.append("| ").append(escaped(title)).append(' '));
        text.append("|\n| ---").append(" | ---:".repeat(grid.head().size() - 1)).append(" |\n");
        for (List<Grid.Cell> row : grid.rows()) {
            for (Grid.Cell cell : row) {
                String shown = escaped(cell.text());
                text.append("| ").append(cell.isBest() ? "**" + shown + "**" : shown).append(' ');
            }
            text.append("|\n");
        }
        return text.toString();
    }

    /** Text that Markdown shows as it is. */
    static String escaped(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").replace("&", "&amp;")
            .replaceAll("([\\\\`*_{}\\[\\]<>#|~])", "\\\\$1");
    }
}
