package oneword.trainer.leaderboard;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A table as it is shown, whatever the form: a first column of text, then numbers.
 *
 * @param head a title for each column
 * @param rows as many cells each
 */
record Grid(List<String> head, List<List<Cell>> rows) {

    private static final String NOTHING = "-";

    /** Keeps both as they are now. */
    Grid {
        head = List.copyOf(head);
        rows = rows.stream().map(List::copyOf).toList();
    }

    /**
     * One cell.
     *
     * @param text what stands in it
     * @param value what it is sorted by; empty for text and where there is no number
     * @param isBest whether it is the highest of its column
     */
    record Cell(String text, OptionalDouble value, boolean isBest) {

        static Cell of(String text) {
            return new Cell(text, OptionalDouble.empty(), false);
        }

        /** A score with two decimals. */
        static Cell score(OptionalDouble score) {
            return number("%.2f", score);
        }

        /** A difference with its sign and two decimals. */
        static Cell difference(OptionalDouble difference) {
            return number("%+.2f", difference);
        }

        private static Cell number(String format, OptionalDouble value) {
            String text = value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : NOTHING;
            return new Cell(text, value, false);
        }
    }

    /**
     * Marks the highest numbers of a column; those that look the same are all the best. A single number is not.
     *
     * @param column from 0
     * @param contestants how many rows from the first on take part
     */
    Grid withBest(int column, int contestants) {
        List<Cell> numbers = rows.stream().limit(contestants).map(row -> row.get(column))
            .filter(cell -> cell.value().isPresent()).toList();
        if (numbers.size() < 2) {
            return this;
        }
        double best = numbers.stream().mapToDouble(cell -> cell.value().getAsDouble()).max().getAsDouble();
        String shown = Cell.score(OptionalDouble.of(best)).text();
        List<List<Cell>> marked = new ArrayList<>();
        for (int r = 0; r < rows.size(); r++) {
            List<Cell> row = new ArrayList<>(rows.get(r));
            Cell cell = row.get(column);
            boolean isBest = r < contestants && cell.value().isPresent() && cell.text().equals(shown);
            row.set(column, new Cell(cell.text(), cell.value(), isBest));
            marked.add(row);
        }
        return new Grid(head, marked);
    }
}
