package oneword.trainer.leaderboard;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import oneword.trainer.evaluation.ScoreTable;

/** What stands around the tables, line by line and not yet escaped. */
final class Notes {

    private static final Map<String, String> NAMES =
        Map.of("oneword", "oneword", "pytorch", "PyTorch", "djl", "DJL", "java", "Java");

    private Notes() {}

    /** How the numbers were made. */
    static List<String> making(LeaderboardReport report) {
        List<String> notes = new ArrayList<>();
        if (!report.similarity().isEmpty()) {
            notes.add(report.protocol().description());
        }
        if (!report.transfer().isEmpty()) {
            notes.add(ScoreTable.TRANSFER_PROTOCOL);
        }
        List<String> versions = new ArrayList<>();
        report.versions().forEach((name, version) -> versions.add(NAMES.getOrDefault(name, name) + " " + version));
        notes.add("Made " + report.date().truncatedTo(ChronoUnit.SECONDS) + " by " + String.join(", ", versions)
            + ", on " + report.device());
        if (!report.isComparable() && !sources(report).isEmpty()) {
            notes.add("Published numbers follow the SentEval protocol, these do not: no differences are taken");
        }
        if (report.similarity().size() > 1 && !report.hasAllSts()) {
            notes.add("Avg. is over the tasks that there are, since not all seven STS sets are among them");
        }
        return notes;
    }

    /** Why entries have no scores. */
    static List<String> failures(LeaderboardReport report) {
        return report.rows().stream().filter(row -> row.failure().isPresent())
            .map(row -> row.name() + ": " + row.failure().get().replaceAll("\\s*\\R\\s*", " ")).toList();
    }

    /** Where published numbers come from. */
    static List<String> sources(LeaderboardReport report) {
        List<PublishedScores> named = new ArrayList<>();
        report.rows().forEach(row -> row.published().ifPresent(named::add));
        named.addAll(report.references());
        return named.stream().distinct().map(row -> row.label() + ": " + row.source()).toList();
    }

    /** What each entry is. */
    static List<String> entries(LeaderboardReport report) {
        List<String> notes = new ArrayList<>();
        for (Row row : report.rows()) {
            row.facts().ifPresent(facts -> {
                StringBuilder note = new StringBuilder(row.name()).append(": ").append(facts.model())
                    .append(" (").append(facts.revision()).append(')');
                facts.adapter().ifPresent(adapter -> note.append(", adapter ").append(adapter));
                facts.origin().ifPresent(origin -> {
                    note.append(", step ").append(origin.step());
                    origin.seed().ifPresent(seed -> note.append(", seed ").append(seed));
                });
                note.append(", ").append(facts.precision()).append(", prompt ").append(facts.prompt());
                row.speed().ifPresent(speed -> {
                    speed.rate().ifPresent(rate -> note.append(String.format(Locale.ROOT, ", %.1f sentences/s", rate)));
                    if (speed.shortened() > 0) {
                        note.append(", ").append(speed.shortened()).append(" sentences were cut to the model's length");
                    }
                });
                notes.add(note.append(", vectors ").append(facts.vectors()).toString());
            });
        }
        return notes;
    }

    /** What was scored. */
    static List<String> data(LeaderboardReport report) {
        List<String> notes = new ArrayList<>();
        for (Column column : report.columns()) {
            notes.add(String.format(Locale.ROOT, "%s: %,d scored, %,d sentences, sha256 %s", column.task(),
                column.scored(), column.sentences(), column.sha256()));
            column.files().forEach(file -> notes.add(column.task() + ": " + file.path() + " sha256 " + file.sha256()));
        }
        return notes;
    }
}
