package oneword.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsJsonTest {

    private static final EvaluationResult RESULT = new EvaluationResult(
        List.of(new TaskScore("STS12", 3108, 62.219999), new TaskScore("STS16", 1186, 72.07777)));

    @TempDir
    private Path folder;

    @Test
    void holdsTheKeysOthersScriptAgainst() throws IOException {
        JsonNode expected = new ObjectMapper().readTree("""
            {"tasks": {"STS12": {"n": 3108, "spearman": 62.22}, "STS16": {"n": 1186, "spearman": 72.0778}},
             "average": 67.1489, "model": "opt-mini", "prompt": "{sentence}:",
             "protocol": "senteval"}""");

        Path file = folder.resolve("new/folder/results.json");
        ResultsJson.write(file, new EvaluationReport(RESULT, "opt-mini", "{sentence}:"));

        assertThat(new ObjectMapper().readTree(file.toFile())).isEqualTo(expected);
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void transferTasksHaveAccuraciesAndAnAverageOfTheirOwn() throws IOException {
        EvaluationResult result = new EvaluationResult(List.of(), List.of(
            new TransferScore("MR", 10662, 81.25, 81.6, Double.NaN), new TransferScore("MRPC", 1725, 74, 75.1, 80.5)));

        assertThat(new ObjectMapper().readTree(ResultsJson.format(new EvaluationReport(result, "m", "p"))))
            .isEqualTo(new ObjectMapper().readTree("""
                {"tasks": {"MR": {"n": 10662, "accuracy": 81.25, "dev_accuracy": 81.6},
                           "MRPC": {"n": 1725, "accuracy": 74.0, "dev_accuracy": 75.1, "f1": 80.5}},
                 "transfer_average": 77.625, "model": "m", "prompt": "p", "protocol": "senteval"}"""));
    }

    @Test
    void readsBackAllItWrites() {
        EvaluationResult result = new EvaluationResult(
            List.of(new TaskScore("STS12", 3108, 62.22), new TaskScore("größe \"x\".tsv", 1, Double.NaN)),
            List.of(new TransferScore("MR", 10662, 81.25, 81.6, Double.NaN),
                new TransferScore("MRPC", 1725, 74, 75.1, 80.5)));
        EvaluationReport report = new EvaluationReport(result, "facebook/opt-125m", Optional.of("runs/a"),
            "\"{sentence}", "other", OptionalInt.of(12), OptionalDouble.of(1.25), Map.of("oneword", "0.1.0"));
        Path file = folder.resolve("results.json");

        ResultsJson.write(file, report);
        ResultsJson.write(file, report);

        assertThat(ResultsJson.read(file)).isEqualTo(report);
    }

    @Test
    void anUndefinedScoreIsNull() throws IOException {
        EvaluationResult result = new EvaluationResult(List.of(new TaskScore("a.tsv", 1, Double.NaN)));

        JsonNode json = new ObjectMapper().readTree(ResultsJson.format(new EvaluationReport(result, "m", "p")));

        assertThat(json.at("/tasks/a.tsv/spearman").isNull()).isTrue();
        assertThat(json.at("/average").isNull()).isTrue();
    }

    @Test
    void saysWhatIsWrongWithAFileItCannotRead() throws IOException {
        Path file = folder.resolve("results.json");

        assertThatThrownBy(() -> ResultsJson.read(file)).isInstanceOf(EvaluationException.class)
            .hasMessageContainingAll("cannot read the results", file.toString(), "NoSuchFileException");
        Files.writeString(file, "{\"tasks\": {\n oops");
        assertThatThrownBy(() -> ResultsJson.read(file)).isInstanceOf(EvaluationException.class)
            .hasMessageContainingAll(file.toString(), "is not JSON", "line 2");
        Files.writeString(file, "[]");
        assertThatThrownBy(() -> ResultsJson.read(file)).isInstanceOf(EvaluationException.class)
            .hasMessageContainingAll(file.toString(), "no object \"tasks\"");
        Files.writeString(file, "{\"tasks\": {\"STS12\": {\"spearman\": \"high\"}}}");
        assertThatThrownBy(() -> ResultsJson.read(file)).isInstanceOf(EvaluationException.class)
            .hasMessageContaining("tasks.STS12.spearman must be a number or null, found \"high\"");
        Files.writeString(file, "{\"tasks\": {\"STS12\": {}}}");
        assertThatThrownBy(() -> ResultsJson.read(file)).isInstanceOf(EvaluationException.class)
            .hasMessageContaining("tasks.STS12.spearman must be a number or null, found nothing");
        Files.writeString(file, "{\"tasks\": {\"MR\": {\"accuracy\": null}}}");
        assertThatThrownBy(() -> ResultsJson.read(file)).isInstanceOf(EvaluationException.class)
            .hasMessageContaining("tasks.MR.accuracy must be a number, found null");
    }

    @Test
    void saysWhereItCannotWrite() throws IOException {
        Path notAFolder = Files.writeString(folder.resolve("file"), "");
        EvaluationReport report = new EvaluationReport(RESULT, "m", "p");

        assertThatThrownBy(() -> ResultsJson.write(notAFolder.resolve("r.json"), report))
            .isInstanceOf(EvaluationException.class).hasMessageContainingAll("cannot write the results to", "r.json");
    }
}
