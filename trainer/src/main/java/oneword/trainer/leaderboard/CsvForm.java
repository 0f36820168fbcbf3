package oneword.trainer.leaderboard;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * A leaderboard as CSV (RFC 4180), one line an entry: what it is, scores × 100 with four decimals, the published row
 * and the differences. A cell is empty where there is nothing to say.
 */
final class CsvForm {

    private static final int DECIMALS = 4;

    private CsvForm() {}

    static String of(LeaderboardReport report) {
        List<String> head =
            new ArrayList<>(List.of("name", "kind", "model", "revision", "adapter", "prompt", "precision"));
        List<String> sts = report.similarity().stream().map(Column::task).toList();
        List<String> transfer = report.transfer().stream().map(Column::task).toList();
        head.addAll(sts);
        head.add("average");
        head.addAll(transfer);
        head.addAll(List.of("transfer_average", "published"));
        sts.forEach(task -> head.add("published_" + task));
        head.add("published_average");
        sts.forEach(task -> head.add("difference_" + task));
        head.addAll(List.of("difference_average", "step", "seed", "sentences_per_second", "vectors", "protocol",
            "oneword", "pytorch", "djl", "device", "date", "failure"));
        StringWriter text = new StringWriter();
        CSVFormat format = CSVFormat.RFC4180.builder().setHeader(head.toArray(String[]::new)).get();
        try (CSVPrinter printer = new CSVPrinter(text, format)) {
            for (Row row : report.rows()) {
                printer.printRecord(line(report, row, sts, transfer));
            }
            for (PublishedScores reference : report.references()) {
                List<Object> line = new ArrayList<>(List.of(reference.label(), "published", "", "", "", "", ""));
                sts.forEach(task -> line.add(number(reference.of(task))));
                line.add(number(OptionalDouble.of(reference.average())));
                transfer.forEach(task -> line.add(""));
                line.addAll(List.of("", reference.id()));
                while (line.size() < head.size()) {
                    line.add("");
                }
                printer.printRecord(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static List<Object> line(
        LeaderboardReport report, Row row, List<String> sts, List<String> transfer) {
        List<Object> line = new ArrayList<>(List.of(row.name(), row.failure().isPresent() ? "failed" : "scored"));
        line.add(row.facts().map(Row.Facts::model).orElse(""));
        line.add(row.facts().map(Row.Facts::revision).orElse(""));
        line.add(row.facts().flatMap(Row.Facts::adapter).orElse(""));
        line.add(row.facts().map(Row.Facts::prompt).orElse(""));
        line.add(row.facts().map(Row.Facts::precision).orElse(""));
        sts.forEach(task -> line.add(number(row.score(task))));
        line.add(number(row.average()));
        transfer.forEach(task -> line.add(number(row.score(task))));
        line.add(number(row.transferAverage()));
        line.add(row.published().map(PublishedScores::id).orElse(""));
        sts.forEach(task -> line.add(number(report.published(row, task))));
        line.add(number(report.publishedAverage(row)));
        sts.forEach(task -> line.add(number(report.difference(row, task))));
        line.add(number(report.differenceOfAverages(row)));
        line.add(row.facts().flatMap(Row.Facts::origin).map(origin -> (Object) origin.step()).orElse(""));
        OptionalDouble rate = row.speed().map(Row.Speed::rate).orElse(OptionalDouble.empty());
        line.add(row.facts().flatMap(Row.Facts::origin).map(TrainingOrigin::seed)
            .map(seed -> seed.isPresent() ? String.valueOf(seed.getAsLong()) : "").orElse(""));
        line.add(number(rate));
        line.add(row.facts().map(Row.Facts::vectors).orElse(""));
        line.add(report.protocol().id());
        for (String name : List.of("oneword", "pytorch", "djl")) {
            line.add(report.versions().getOrDefault(name, ""));
        }
        line.add(report.device());
        line.add(report.date().toString());
        line.add(row.failure().orElse(""));
        return line;
    }

    private static String number(OptionalDouble value) {
        return value.isPresent()
            ? BigDecimal.valueOf(value.getAsDouble()).setScale(DECIMALS, RoundingMode.HALF_EVEN).toPlainString() : "";
    }
}
