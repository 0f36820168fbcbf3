package oneword.trainer.leaderboard;

import java.util.ArrayList;
import java.util.List;
import oneword.trainer.evaluation.TextTable;

/** A leaderboard for the terminal; {@code *} marks the best of a column. */
final class PlainForm {

    private static final int LONGEST_NAME = 60;

    private PlainForm() {}

    static String of(LeaderboardReport report) {
        StringBuilder text = new StringBuilder();
        Notes.making(report).forEach(note -> text.append(note).append('\n'));
        text.append('\n').append(table(Grids.entries(report)));
        Grid beside = Grids.besidePublished(report);
        if (!beside.rows().isEmpty()) {
            text.append("\nBeside the published numbers\n").append(table(beside));
        }
        List<String> failures = Notes.failures(report);
        if (!failures.isEmpty()) {
            text.append("\nFailed\n");
            failures.forEach(failure -> text.append("  ").append(failure).append('\n'));
        }
        return text.toString();
    }

    private static String table(Grid grid) {
        boolean marked = grid.rows().stream().flatMap(List::stream).anyMatch(Grid.Cell::isBest);
        List<String> head = new ArrayList<>(grid.head());
        for (int c = 1; c < head.size(); c++) {
            head.set(c, head.get(c) + (marked ? " " : ""));
        }
        TextTable table = new TextTable(1, head);
        for (List<Grid.Cell> row : grid.rows()) {
            List<String> cells = new ArrayList<>(List.of(TextTable.cut(row.get(0).text(), LONGEST_NAME)));
            for (Grid.Cell cell : row.subList(1, row.size())) {
                cells.add(cell.text() + (cell.isBest() ? "*" : marked ? " " : ""));
            }
            table.add(cells);
        }
        return table.plain();
    }
}
