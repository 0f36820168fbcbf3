package oneword.trainer.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import oneword.data.sts.StsProtocol;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.TaskList;
import oneword.trainer.evaluation.TaskScore;
import oneword.trainer.evaluation.TransferScore;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaderboardFilesTest {

    /** 10, 20, … 70 on average 40. */
    private static final PublishedScores PUBLISHED = new PublishedScores("tens", "Tens", "arXiv:0000.00000",
        Map.of("STS12", 10d, "STS13", 20d, "STS14", 30d, "STS15", 40d, "STS16", 50d, "STSBenchmark", 60d,
            "SICK-R", 70d), 40);
    private static final PublishedScores AVERAGE_ONLY =
        new PublishedScores("one", "One number", "arXiv:1111.11111", Map.of(), 84.96);

    @TempDir
    private Path folder;

    private static Column column(String task, boolean isTransfer) {
        return new Column(
            task, task, isTransfer, 10, 20, "c0ffee", List.of(new Column.DataFile("/data/" + task, "abba")));
    }

    private static Row row(String name, Optional<PublishedScores> published, List<Double> sts, double... transfer) {
        List<TaskScore> scores = new ArrayList<>();
        for (int i = 0; i < sts.size(); i++) {
            scores.add(new TaskScore(TaskList.STS.get(i), 10, sts.get(i)));
        }
        List<TransferScore> accuracies = new ArrayList<>();
        for (int i = 0; i < transfer.length; i++) {
            accuracies.add(new TransferScore(TaskList.TRANSFER.get(i), 10, transfer[i], 50, Double.NaN));
        }
        Row.Facts facts = new Row.Facts("models/m", "main", Optional.of("runs/r/checkpoints/step-000030"),
            "a {sentence} b", "fp32", "feed", Optional.of(new TrainingOrigin("runs/r", 30, OptionalLong.of(7))));
        return new Row(name, Optional.of(facts), Optional.of(new EvaluationResult(scores, accuracies)),
            Optional.empty(), published, Optional.of(new Row.Speed(50, 4, 2)));
    }

    private static LeaderboardReport report(StsProtocol protocol, int transfer, Row... rows) {
        List<Column> columns = new ArrayList<>();
        TaskList.STS.forEach(task -> columns.add(column(task, false)));
        TaskList.TRANSFER.subList(0, transfer).forEach(task -> columns.add(column(task, true)));
        return new LeaderboardReport(Instant.parse("2026-11-22T01:02:03.9Z"), protocol, "cpu",
            Map.of("oneword", "0.1.0"), columns, List.of(rows), List.of(AVERAGE_ONLY));
    }

    private static LeaderboardReport threeEntries() {
        return report(StsProtocol.SENTEVAL, 2,
            row("ours", Optional.of(PUBLISHED), List.of(11d, 19d, 30d, 40.004, 50d, 60d, 70.5), 80, 90),
            row("other", Optional.empty(), List.of(12d, 18d, 30d, 40d, 49d, 61d, 70.25), 81, 88),
            Row.failed("third", Optional.empty(), "not here\n  and not there", Optional.of(PUBLISHED)));
    }

    private String written(LeaderboardReport report, String ending) throws IOException {
        LeaderboardFiles.write(report, folder.resolve("new"));
        return Files.readString(folder.resolve("new/leaderboard." + ending));
    }

    @Test
    void theTableHasAveragesDifferencesAndTheBestInBold() throws IOException {
        assertThat(written(threeEntries(), "md").lines().filter(line -> line.startsWith("|")).limit(6)).containsExactly(
            "| model | STS12 | STS13 | STS14 | STS15 | STS16 | STSBenchmark | SICK-R | Avg. | MR | CR | Avg. transfer "
                + "| published | difference |",
            "| ---" + " | ---:".repeat(13) + " |",
            // (11 + 19 + 30 + 40.004 + 50 + 60 + 70.5) / 7 = 40.0720; what looks the same, 40.00, is equally good.
            "| ours | 11.00 | **19.00** | **30.00** | **40.00** | **50.00** | 60.00 | **70.50** | **40.07** | 80.00 "
                + "| **90.00** | **85.00** | 40.00 | +0.07 |",
            "| other | **12.00** | 18.00 | **30.00** | **40.00** | 49.00 | **61.00** | 70.25 | 40.04 | **81.00** "
                + "| 88.00 | 84.50 | - | - |",
            "| third (failed) | - | - | - | - | - | - | - | - | - | - | - | 40.00 | - |",
            "| One number (published) | - | - | - | - | - | - | - | 84.96 | - | - | - | 84.96 | - |");
    }

    @Test
    void publishedNumbersStandBesideOursTaskByTask() throws IOException {
        assertThat(written(threeEntries(), "md").lines()).containsSequence(
            "## Beside the published numbers",
            "",
            "| model | STS12 | STS13 | STS14 | STS15 | STS16 | STSBenchmark | SICK-R | Avg. |",
            "| ---" + " | ---:".repeat(8) + " |",
            "| ours | 11.00 | 19.00 | 30.00 | 40.00 | 50.00 | 60.00 | 70.50 | 40.07 |",
            "| published: Tens | 10.00 | 20.00 | 30.00 | 40.00 | 50.00 | 60.00 | 70.00 | 40.00 |",
            "| difference | +1.00 | -1.00 | +0.00 | +0.00 | +0.00 | +0.00 | +0.50 | +0.07 |",
            "");
    }

    @Test
    void underneathStandsWhatOneMustKnowToCompare() throws IOException {
        assertThat(written(threeEntries(), "md")).contains("SentEval files",
            "Made 2026-11-22T01:02:03Z by oneword 0.1.0", "- third: not here and not there", "step 30, seed 7",
            "12.5 sentences/s", "2 sentences were cut", "c0ffee",
            "/data/STS12 sha256 abba", "- Tens: arXiv:0000.00000", "- One number: arXiv:1111.11111", "accuracy x 100");
    }

    @Test
    void scoresOfAnotherProtocolAreNotSubtracted() throws IOException {
        LeaderboardReport report = report(StsProtocol.MTEB, 0,
            row("ours", Optional.of(PUBLISHED), List.of(11d, 19d, 30d, 40d, 50d, 60d, 70d)));

        assertThat(written(report, "md")).contains("no differences are taken", "| 40.00 | - |")
            .doesNotContain("+1.00", "Beside", "accuracy x 100");
        assertThat(new ObjectMapper().readTree(written(report, "json")).at("/rows/0/difference/scores")).isEmpty();
    }

    @Test
    void anAverageOfSomeTasksIsNotComparedWithThatOfSeven() throws IOException {
        Row two = row("ours", Optional.of(PUBLISHED), List.of(11d, 19d));
        LeaderboardReport report = new LeaderboardReport(Instant.EPOCH, StsProtocol.SENTEVAL, "cpu", Map.of(),
            List.of(column("STS12", false), column("STS13", false)), List.of(two), List.of(AVERAGE_ONLY));

        assertThat(written(report, "md")).contains("Avg. is over the tasks that there are",
            "| ours | 11.00 | 19.00 | 15.00 | 40.00 | - |", "| One number (published) | - | - | - | 84.96 | - |",
            "| difference | +1.00 | -1.00 | - |");
    }

    @Test
    void aSingleEntryIsNotTheBest() throws IOException {
        Row only = row("ours", Optional.empty(), List.of(1d, 2d, 3d, 4d, 5d, 6d, 7d));

        assertThat(written(report(StsProtocol.SENTEVAL, 0, only), "md")).doesNotContain("**");
    }

    @Test
    void theTerminalHasAStarForTheBest() {
        assertThat(LeaderboardFiles.plain(threeEntries()).lines())
            .anyMatch(line -> line.startsWith("ours ") && line.contains("19.00*") && line.contains("40.07*"))
            .anyMatch(line -> line.startsWith("difference ") && line.contains("-1.00"))
            .anyMatch(line -> line.equals("  third: not here and not there"));
    }

    @Test
    void nothingInATextBreaksOutOfAPage() throws IOException {
        String evil = "<script>alert(\"1\")</script> & 'x' | *b* \u0007";
        LeaderboardReport report = report(StsProtocol.SENTEVAL, 0,
            row(evil, Optional.empty(), List.of(1d)), Row.failed("b", Optional.empty(), evil, Optional.empty()));

        String html = written(report, "html");
        String safe = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; 'x' | *b* ";
        assertThat(html).contains("<th scope=\"row\">" + safe).contains("<li>b: " + safe)
            .doesNotContain("<script>alert", "\u0007");
        assertThat(html.split("<script>", -1)).as("the page's own script is the only one").hasSize(2);
        assertThat(html).doesNotContain("http:", "https:", "src=", "<!-- leaderboard -->");

        assertThat(written(report, "md")).contains(
            "| \\<script\\>alert(\"1\")\\</script\\> &amp; 'x' \\| \\*b\\*").doesNotContain("<script>", "\u0007");
    }

    @Test
    void aPageSortsByFullNumbers() throws IOException {
        assertThat(written(threeEntries(), "html")).contains("<td data-value=\"40.004\"><strong>40.00</strong></td>",
            "<td>-</td>", "class=\"sortable\"");
    }

    @Test
    void csvHasALineForEachEntryWithFourDecimals() throws IOException {
        Row quoted = row("with \"quotes\", a comma\nand a line", Optional.of(PUBLISHED),
            List.of(11.12345, 19d, 30d, 40d, 50d, 60d, 70d));
        CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
        List<CSVRecord> lines =
            format.parse(new StringReader(written(report(StsProtocol.SENTEVAL, 0, quoted), "csv"))).getRecords();

        assertThat(lines).hasSize(2).allMatch(CSVRecord::isConsistent);
        CSVRecord ours = lines.get(0);
        assertThat(ours.get("name")).isEqualTo("with \"quotes\", a comma\nand a line");
        assertThat(ours.get("STS12")).isEqualTo("11.1234");
        assertThat(ours.get("published_STS12")).isEqualTo("10.0000");
        assertThat(ours.get("difference_STS12")).isEqualTo("1.1234");
        assertThat(ours.get("average")).isEqualTo("40.0176");
        assertThat(ours.get("seed")).isEqualTo("7");
        assertThat(ours.get("sentences_per_second")).isEqualTo("12.5000");
        assertThat(lines.get(1).get("kind")).isEqualTo("published");
        assertThat(lines.get(1).get("average")).isEqualTo("84.9600");
    }

    @Test
    void jsonHoldsEverythingUnrounded() throws IOException {
        JsonNode json = new ObjectMapper().readTree(written(threeEntries(), "json"));

        JsonNode ours = json.at("/rows/0");
        assertThat(ours.at("/scores/STS15").doubleValue()).isEqualTo(40.004);
        assertThat(ours.at("/scores/MR").doubleValue()).isEqualTo(80);
        assertThat(ours.at("/average").doubleValue()).isCloseTo(280.504 / 7, within(1e-12));
        assertThat(ours.at("/transfer_average").doubleValue()).isEqualTo(85);
        assertThat(ours.at("/difference/average").doubleValue()).isCloseTo(280.504 / 7 - 40, within(1e-12));
        assertThat(ours.at("/training/seed").intValue()).isEqualTo(7);
        assertThat(json.at("/rows/2/failure").textValue()).isEqualTo("not here\n  and not there");
        assertThat(json.at("/rows/2/scores").isMissingNode()).isTrue();
        assertThat(json.at("/tasks/0/files/~1data~1STS12").textValue()).isEqualTo("abba");
        assertThat(json.at("/protocol").textValue()).isEqualTo("senteval");
    }

    @Test
    void nothingIsLeftBesideTheFourFiles() throws IOException {
        LeaderboardFiles.write(threeEntries(), folder);
        LeaderboardFiles.write(threeEntries(), folder);

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(
                "leaderboard.md", "leaderboard.csv", "leaderboard.json", "leaderboard.html");
        }
    }
}
