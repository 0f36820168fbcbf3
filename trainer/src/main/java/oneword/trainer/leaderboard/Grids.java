package oneword.trainer.leaderboard;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import oneword.trainer.evaluation.TaskList;

/** The two tables of a leaderboard: all entries, and those that have a published row beside it, task by task. */
final class Grids {

    private static final String MODEL = "model";
    private static final String AVERAGE = "Avg.";

    private Grids() {}

    /**
     * Entries, then references: tasks of graded pairs and their average, transfer tasks and theirs, the published
     * average and the difference to it.
     */
    static Grid entries(LeaderboardReport report) {
        List<String> head = new ArrayList<>(List.of(MODEL));
        addTitles(head, report.similarity(), AVERAGE);
        addTitles(head, report.transfer(), "Avg. transfer");
        int scored = head.size();
        boolean published = report.rows().stream().anyMatch(row -> row.published().isPresent());
        if (published) {
            head.addAll(List.of("published", "difference"));
        }
        List<List<Grid.Cell>> rows = new ArrayList<>();
        for (Row row : report.rows()) {
            List<Grid.Cell> cells = new ArrayList<>();
            cells.add(Grid.Cell.of(row.failure().isPresent() ? row.name() + " (failed)" : row.name()));
            addScores(cells, report.similarity(), row, row.average());
            addScores(cells, report.transfer(), row, row.transferAverage());
            if (published) {
                cells.add(Grid.Cell.score(report.publishedAverage(row)));
                cells.add(Grid.Cell.difference(report.differenceOfAverages(row)));
            }
            rows.add(cells);
        }
        for (PublishedScores reference : report.references()) {
            rows.add(reference(report, reference, published));
        }
        Grid grid = new Grid(head, rows);
        for (int column = 1; column < scored; column++) {
            grid = grid.withBest(column, report.rows().size());
        }
        return grid;
    }

    private static void addTitles(List<String> head, List<Column> columns, String average) {
        columns.forEach(column -> head.add(column.label()));
        if (columns.size() > 1) {
            head.add(average);
        }
    }

    private static void addScores(List<Grid.Cell> cells, List<Column> columns, Row row, OptionalDouble average) {
        columns.forEach(column -> cells.add(Grid.Cell.score(row.score(column.task()))));
        if (columns.size() > 1) {
            cells.add(Grid.Cell.score(average));
        }
    }

    private static List<Grid.Cell> reference(
        LeaderboardReport report, PublishedScores reference, boolean hasPublishedColumn) {
        OptionalDouble printed = OptionalDouble.of(reference.average());
        List<Grid.Cell> cells = new ArrayList<>(List.of(Grid.Cell.of(reference.label() + " (published)")));
        report.similarity().forEach(column -> cells.add(Grid.Cell.score(reference.of(column.task()))));
        if (report.similarity().size() > 1) {
            cells.add(Grid.Cell.score(report.hasAllSts() ? printed : OptionalDouble.empty()));
        }
        int transfer = report.transfer().size();
        for (int i = 0; i < (transfer > 1 ? transfer + 1 : transfer); i++) {
            cells.add(Grid.Cell.score(OptionalDouble.empty()));
        }
        if (hasPublishedColumn) {
            cells.addAll(List.of(Grid.Cell.score(printed), Grid.Cell.difference(OptionalDouble.empty())));
        }
        return cells;
    }

    /** For each entry with a published row that it compares with: ours, the published one, the difference. */
    static Grid besidePublished(LeaderboardReport report) {
        List<Column> columns =
            report.similarity().stream().filter(column -> TaskList.STS.contains(column.task())).toList();
        List<String> head = new ArrayList<>(List.of(MODEL));
        columns.forEach(column -> head.add(column.label()));
        head.add(AVERAGE);
        List<List<Grid.Cell>> rows = new ArrayList<>();
        for (Row row : report.isComparable() ? report.rows() : List.<Row>of()) {
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
                theirs.add(Grid.Cell.score(report.publishedAverage(row)));
                difference.add(Grid.Cell.difference(report.differenceOfAverages(row)));
                rows.addAll(List.of(ours, theirs, difference));
            });
        }
        return new Grid(head, rows);
    }
}
