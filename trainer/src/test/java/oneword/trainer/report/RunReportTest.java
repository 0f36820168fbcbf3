package oneword.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class RunReportTest {

    private static final Pattern SCRIPTS = Pattern.compile("(?s)(<(script|style)[^>]*>).*?(</\\2>)");

    @TempDir
    private Path root;

    @Test
    void aFinishedRunShowsAllItsCharts() throws Exception {
        SampleRun run = new SampleRun(root, "whole").steps(40, 10).results()
            .journal(RunJournal.Outcome.FINISHED, 40, null);

        Document page = parse(run.html());

        assertThat(ids(page)).contains("loss", "scores", "rate", "norm", "speed", "pairs-0-before", "pairs-0-after",
            "heat-before", "heat-after", "heat-scale");
        assertThat(text(page, "p", "result"))
            .isEqualTo("Average of the seven STS sets: 43.00 → 63.00 (+20.00), Spearman × 100");
        assertThat(text(page, "span", "status finished")).isEqualTo("finished");
        assertThat(text(page, "tr", "mean")).startsWith("Avg.43.0063.00+20.00");
        assertThat(page.getDocumentElement().getTextContent()).contains("rank 64", "bf16", "seed", "best: ",
            "8,547,328 parameters", "batch_size: 32", "opt-mini/config.json", "f649777138", "1.0 GiB");
    }

    @Test
    void everyChartTellsWhatItShowsToThoseWhoDoNotSeeIt() throws Exception {
        Document page = parse(new SampleRun(root, "run").steps(40, 10).results()
            .journal(RunJournal.Outcome.FINISHED, 40, null).html());

        NodeList charts = page.getElementsByTagName("svg");
        for (int i = 0; i < charts.getLength(); i++) {
            Element chart = (Element) charts.item(i);
            if (chart.hasAttribute("data-frame")) {
                assertThat(chart.getAttribute("role")).isEqualTo("img");
                assertThat(chart.getElementsByTagName("title").item(0).getTextContent()).isNotBlank();
                assertThat(chart.getElementsByTagName("desc").item(0).getTextContent()).isNotBlank();
            }
        }
    }

    @Test
    void hostileSentencesStayText() throws Exception {
        String html = new SampleRun(root, "hostile").steps(3, 1)
            .journal(RunJournal.Outcome.FINISHED, 3, null).html();

        assertThat(html.split("</script>", -1)).hasSize(3);
        assertThat(html).doesNotContain("<b>bold").doesNotContain("\u2028</");
        List<String> shown = new ArrayList<>();
        data(html).at("/heat/sentences/texts").forEach(text -> shown.add(text.asText()));
        assertThat(shown).containsExactlyInAnyOrderElementsOf(SampleRun.SENTENCES);
        assertThat(block(html)).doesNotContain("<", ">", "&", "\u2028", "\u2029");
        assertThat(parse(html).getDocumentElement().getTextContent()).contains(SampleRun.SENTENCES.get(2));
    }

    @Test
    void theNumbersBehindACurveAreThoseOfTheMetrics() throws Exception {
        SampleRun run = new SampleRun(root, "numbers").steps(40, 10);
        List<String> lines = Files.readAllLines(run.folder().resolve("metrics.jsonl"));
        List<Double> losses = new ArrayList<>();
        for (String line : lines) {
            JsonNode node = new ObjectMapper().readTree(line);
            if (node.has("loss")) {
                losses.add(node.get("loss").asDouble());
            }
        }

        JsonNode series = data(run.html()).at("/curves/loss/series/0");

        List<Double> shown = new ArrayList<>();
        series.path("y").forEach(value -> shown.add(value.asDouble()));
        assertThat(shown).hasSize(40);
        assertThat(shown.stream().mapToDouble(Double::doubleValue).toArray())
            .containsExactly(losses.stream().mapToDouble(Double::doubleValue).toArray(), within(1e-5));
        assertThat(series.path("x").get(39).asInt()).isEqualTo(40);
    }

    @Test
    void aLongRunStaysASmallFile() throws Exception {
        String html = new SampleRun(root, "long").steps(20_000, 100).results()
            .journal(RunJournal.Outcome.FINISHED, 20_000, null).html();

        assertThat(html.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(1_000_000);
        JsonNode steps = data(html).at("/curves/loss/series/0/x");
        assertThat(steps.get(0).asInt()).isEqualTo(1);
        assertThat(steps.get(steps.size() - 1).asInt()).isEqualTo(20_000);
    }

    @Test
    void nothingIsFetchedFromAnywhere() throws Exception {
        String html = new SampleRun(root, "alone").steps(40, 10).results()
            .journal(RunJournal.Outcome.FINISHED, 40, null).html();

        assertThat(html).contains("default-src 'none'");
        assertThat(html.replaceAll("([\"'])http://www.w3.org/(1999/xhtml|2000/svg)\\1", ""))
            .doesNotContain("http:", "https:", "src=", "@import", "url(");
        Document page = parse(html);
        NodeList links = page.getElementsByTagName("link");
        assertThat(links.getLength()).isEqualTo(1);
        assertThat(((Element) links.item(0)).getAttribute("href")).isEqualTo("data:,");
        assertThat(page.getElementsByTagName("img").getLength()).isZero();
    }

    @Test
    void whoseMachineItWasIsNotTold() {
        SampleRun run = new SampleRun(root, "secret").steps(3, 1);
        run.write("config.yaml", "model: {name: /home/ada/models/opt, revision: main}\n"
            + "data: {train: /Users/bob/triples.csv}\nkey: hf_abcdefghij0123456789\n");

        assertThat(run.html()).contains("~/models/opt").doesNotContain("ada", "bob", "hf_abc");
    }

    @Test
    void aRunWithoutEvaluationShowsItsLoss() throws Exception {
        SampleRun run = new SampleRun(root, "plain").write("metrics.jsonl",
            "{\"step\":1,\"epoch\":0,\"loss\":4.5,\"learning_rate\":0.0,\"grad_norm\":0.5,\"triples\":4,\"tokens\":9,"
                + "\"seconds\":0.5}\n{\"step\":2,\"epoch\":0,\"loss\":4.25,\"learning_rate\":1e-3,\"grad_norm\":0.5,"
                + "\"triples\":4,\"tokens\":9,\"seconds\":0.5}\n");

        Document page = parse(run.html());

        assertThat(ids(page)).contains("loss", "rate").doesNotContain("scores", "pairs-0-before", "heat-before");
        assertThat(text(page, "p", "result")).isEqualTo("Loss 4.5 → 4.25 over 2 steps; no task has been scored");
    }

    @Test
    void oneStepIsAPoint() throws Exception {
        Document page = parse(new SampleRun(root, "one").steps(1, 10).html());
        assertThat(ids(page)).contains("loss", "scores", "norm");
    }

    @Test
    void aRunThatHasDoneNothingSaysSo() throws Exception {
        Document page = parse(new SampleRun(root, "new").html());
        assertThat(text(page, "p", "result")).isEqualTo("No step has been made yet");
        assertThat(ids(page)).doesNotContain("loss");
    }

    @Test
    void aRunThatDivergedShowsWhereAndWhy() throws Exception {
        SampleRun run = new SampleRun(root, "nan").steps(20, 100);
        StringBuilder metrics = new StringBuilder(Files.readString(run.folder().resolve("metrics.jsonl")));
        for (int step = 21; step <= 23; step++) {
            metrics.append("{\"step\":").append(step).append(",\"epoch\":0,\"loss\":null,\"learning_rate\":1.0,")
                .append("\"grad_norm\":null,\"triples\":4,\"tokens\":9,\"seconds\":0.5}\n");
        }
        run.write("metrics.jsonl", metrics.toString());
        run.journal(RunJournal.Outcome.FAILED, 23, "training stopped: 3 steps in a row were not finite");

        Document page = parse(run.html());

        assertThat(text(page, "span", "status failed")).isEqualTo("failed after step 23 of 40");
        assertThat(text(page, "p", "failure-message")).contains("3 steps in a row");
        assertThat(count(page, "line", "failure")).isEqualTo(3);
        assertThat(page.getDocumentElement().getTextContent()).contains("3 steps without a finite loss");
    }

    @Test
    void aRunAtWorkIsToldFromOneThatWasKilled() throws Exception {
        SampleRun run = new SampleRun(root, "busy").steps(12, 10).journal(null, 12, null);
        assertThat(text(parse(run.html()), "span", "status running")).isEqualTo("running, after step 12 of 40");

        String journal = Files.readString(run.folder().resolve(RunJournal.FILE_NAME));
        run.write(RunJournal.FILE_NAME, journal.replaceFirst("\"id\":\\d+", "\"id\":999999999"));
        assertThat(text(parse(run.html()), "span", "status stopped")).contains("ended without a word after step 12");
    }

    @Test
    void aRunThatWentOnTellsItsSessions() throws Exception {
        SampleRun run = new SampleRun(root, "resumed").steps(40, 10)
            .journal(RunJournal.Outcome.STOPPED, 20, null);
        run.write(RunJournal.FILE_NAME, Files.readString(run.folder().resolve(RunJournal.FILE_NAME)).replaceFirst(
            "\"sessions\":\\[", "$0{\"started\":\"2026-01-01T10:00:00Z\",\"ended\":\"2026-01-01T11:00:00Z\","
                + "\"from_step\":5,\"to_step\":20,\"outcome\":\"stopped\"},"));

        Document page = parse(run.html());

        assertThat(page.getDocumentElement().getTextContent()).contains("2026-01-01 10:00 UTC", "resumed once",
            "stopped after step 40");
    }

    @Test
    void aTornLineAndOtherKindsOfScoresDoNoHarm() throws Exception {
        SampleRun run = new SampleRun(root, "torn").steps(5, 1);
        run.write("metrics.jsonl", Files.readString(run.folder().resolve("metrics.jsonl")) + "{\"step\":6,\"lo");
        run.write("results.json", "{\"before\": {\"tasks\": {\"MR\": {\"n\": 10, \"accuracy\": 70.5},"
            + " \"CR\": {\"n\": 5, \"accuracy\": 80.5}, \"own\": {\"n\": 5, \"spearman\": null}}}}");
        run.write("environment.json", "{broken");

        Document page = parse(run.html());

        assertThat(page.getDocumentElement().getTextContent()).contains("Accuracy × 100", "70.50", "75.50");
    }

    @Test
    void theReportIsAFileInTheRun() throws IOException {
        SampleRun run = new SampleRun(root, "file").steps(5, 1);

        Path report = RunReport.write(run.folder());

        assertThat(report).isEqualTo(run.folder().resolve("report.html")).content().endsWith("</html>\n");
        Path other = RunReport.write(run.folder(), root.resolve("new/folder/other.html"));
        assertThat(other).hasSameTextualContentAs(report);
    }

    /** The page as XML, which is stricter than HTML; what stands in scripts and styles is no markup. */
    static Document parse(String html) throws Exception {
        String markup = SCRIPTS.matcher(html).replaceAll("$1$3").replace("<!DOCTYPE html>", "");
        return DocumentBuilderFactory.newInstance().newDocumentBuilder()
            .parse(new InputSource(new StringReader(markup)));
    }

    private static String block(String html) {
        Matcher block = Pattern.compile("(?s)id=\"run-data\">(.*?)</script>").matcher(html);
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private static JsonNode data(String html) throws IOException {
        return new ObjectMapper().readTree(block(html));
    }

    private static List<String> ids(Document page) {
        List<String> ids = new ArrayList<>();
        NodeList charts = page.getElementsByTagName("svg");
        for (int i = 0; i < charts.getLength(); i++) {
            ids.add(((Element) charts.item(i)).getAttribute("id"));
        }
        return ids;
    }

    private static List<Element> found(Document page, String name, String style) {
        List<Element> found = new ArrayList<>();
        NodeList all = page.getElementsByTagName(name);
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            if (element.getAttribute("class").equals(style)) {
                found.add(element);
            }
        }
        return found;
    }

    private static String text(Document page, String name, String style) {
        List<Element> found = found(page, name, style);
        assertThat(found).as(name + "." + style).hasSize(1);
        return found.get(0).getTextContent();
    }

    private static int count(Document page, String name, String style) {
        return found(page, name, style).size();
    }
}
