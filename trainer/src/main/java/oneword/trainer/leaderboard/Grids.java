package oneword.trainer.leaderboard;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import oneword.trainer.evaluation.TaskList;

/** The two tables of a leaderboard: all entries, and those that have a published row beside it, task by task. */
final class Grids {

    private static final String AVERAGE = "Avg.";

    private Grids() {}

    /** Entries, then references: tasks, average, published average and the difference between the two averages. */
    static Grid entries(LeaderboardReport report) {
        boolean average = report.columns().size() > 1;
        boolean published = report.rows().stream().anyMatch(row -> row.published().isPresent());
        List<String> head = new ArrayList<>(List.of("model"));
        report.columns().forEach(column -> head.add(column.label()));
        if (average) {
            head.add(AVERAGE);
        }
        int scored = head.size();
        if (published) {
            head.addAll(List.of("published", "difference"));
        }
        List<List<Grid.Cell>> rows = new ArrayList<>();
        for (Row row : report.rows()) {
            List<Grid.Cell> cells = new ArrayList<>();
            cells.add(Grid.Cell.of(row.failure().isPresent() ? row.name() + " (failed)" : row.name()));
            report.columns().forEach(column -> cells.add(Grid.Cell.score(row.score(column.task()))));
            if (average) {
                cells.add(Grid.Cell.score(row.average()));
            }
            if (published) {
                cells.add(Grid.Cell.score(report.publishedAverage(row)));
                cells.add(Grid.Cell.difference(report.differenceOfAverages(row)));
            }
            rows.add(cells);
        }
        for (PublishedScores reference : report.references()) {
            List<Grid.Cell> cells = new ArrayList<>();
            cells.add(Grid.Cell.of(reference.label() + " (published)"));
            report.columns().forEach(column -> cells.add(Grid.Cell.score(reference.of(column.task()))));
            OptionalDouble printed = OptionalDouble.of(reference.average());
            if (average) {
                cells.add(Grid.Cell.score(report.hasAllSts() ? printed : OptionalDouble.empty()));
            }
            if (published) {
                cells.addAll(List.of(Grid.Cell.score(printed), Grid.Cell.of("-")));
            }
            rows.add(cells);
        }
        Grid grid = new Grid(head, rows);
        for (int column = 1; column < scored; column++) {
            grid = grid.withBest(column, report.rows().size());
        }
        return grid;
    }

    /** For each entry with a published row: ours, the published one, the difference. */
    static Grid besidePublished(LeaderboardReport report) {
        List<Column> columns =
            report.columns().stream().filter(column -> TaskList.STS.contains(column.task())).toList();
        List<String> head = new ArrayList<>(List.of("model"));
        columns.forEach(column -> head.add(column.label()));
        head.add(AVERAGE);
        List<List<Grid.Cell>> rows = new ArrayList<>();
        for (Row row : report.rows()) {
            row.published().filter(published -> row.result().isPresent()).ifPresent(published -> {
                List<Grid.Cell> ours = new ArrayList<>(List.of(Grid.Cell.of(row.name())));
                List<Grid.Cell> theirs = new ArrayList<>(List.of(Grid.Cell.of("published: " + published.label())));
                List<Grid.Cell> difference = new ArrayList<>(List.of(Grid.Cell.of("difference")));
                for (Column column : columns) {
                    ours.add(Grid.Cell.score(row.score(column.task())));
                    theirs.add(Grid.Cell.score(published.of(column.task())));
                    difference.add(Grid.Cell.difference(report.difference(row, column.task())));
                }
                ours.add(Grid.Cell.score(row.averageOfTheSeven()));
                theirs.add(Grid.Cell.score(OptionalDouble.of(published.average())));
                difference.add(Grid.Cell.difference(report.differenceOfAverages(row)));
                rows.addAll(List.of(ours, theirs, difference));
            });
        }
        return new Grid(head, rows);
    }
}
