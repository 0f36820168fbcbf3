package oneword.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code oneword evaluate} on data sets in both protocols, and {@code oneword data download}. */
class EvaluationCommandsTest {

    private static final String MODEL =
        Path.of(System.getProperty("oneword.root")).resolve("models/opt-mini").toString();

    @TempDir
    private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeData() throws IOException {
        String pair = "x\tx\tx\t1\t%s\t%s\t%s\n";
        write("downstream/STS/STSBenchmark/sts-test.csv",
            pair.formatted("5", "a man runs", "a man is running") + pair.formatted("1", "a cat", "the sea"));
        write("raw/STSBenchmark/sts-test.csv", pair.formatted("5", "A man runs.", "A man is running.")
            + pair.formatted("1", "A cat.", "The sea.") + pair.formatted("2", "Rain.", "Snow."));
        write("raw/STSBenchmark/sts-dev.csv", pair.formatted("4", "A dog runs.", "A dog is running.")
            + pair.formatted("1", "A car.", "The sky.") + pair.formatted("2", "Hail.", "Wind."));
        write("downstream/CR/custrev.pos", numbered("good %d\n"));
        write("downstream/CR/custrev.neg", numbered("no %d\n"));
    }

    private static String numbered(String line) {
        return IntStream.range(0, 20).mapToObj(line::formatted).collect(Collectors.joining());
    }

    private void write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private int oneword(String... args) {
        CommandLine line = Main.commandLine(new Main());
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(args);
    }

    private JsonNode evaluate(String tasks, String protocol) throws IOException {
        Path file = folder.resolve("results.json");
        assertThat(oneword("evaluate", "--model", MODEL, "--tasks", tasks, "--data", folder.toString(), "--protocol",
            protocol, "--output", file.toString())).as(err.toString()).isZero();
        return new ObjectMapper().readTree(file.toFile());
    }

    @Test
    void theProtocolChoosesTheFilesAndStandsInEveryOutput() throws IOException {
        JsonNode senteval = evaluate("STSBenchmark", "senteval");
        assertThat(senteval.get("protocol").textValue()).isEqualTo("senteval");
        assertThat(senteval.at("/tasks/STSBenchmark/n").intValue()).isEqualTo(2);
        assertThat(out.toString()).startsWith("SentEval files, Spearman x 100");

        out.getBuffer().setLength(0);
        JsonNode mteb = evaluate("STSBenchmark", "mteb");
        assertThat(mteb.get("protocol").textValue()).isEqualTo("mteb");
        assertThat(mteb.at("/tasks/STSBenchmark/n").intValue()).isEqualTo(3);
        assertThat(out.toString()).startsWith("MTEB form (raw text");
    }

    @Test
    void resultsForMtebAreThoseOfTheLeaderboard() throws IOException {
        Path ours = folder.resolve("ours");
        assertThat(oneword("evaluate", "--model", MODEL, "--tasks", "STSBenchmark,dev", "--data", folder.toString(),
            "--protocol", "mteb", "--mteb", ours.toString())).as(err.toString()).isZero();
        Path theirs = folder.resolve("theirs");
        write("leaderboard.yaml", "entries:\n  - {name: mini, model: '" + MODEL + "'}\ntasks: [STSBenchmark]\n"
            + "protocol: mteb\ndata: '" + folder + "'\noutput: '" + folder.resolve("board") + "'\ncache: '"
            + folder.resolve("cache") + "'\ndevice: cpu\nreferences: []\n");
        assertThat(oneword("leaderboard", "--config", folder.resolve("leaderboard.yaml").toString(), "--mteb",
            theirs.toString())).as(err.toString()).isZero();

        ObjectNode expected = result(theirs);
        ObjectNode found = result(ours);
        assertThat(found.deepCopy().without(List.of("date", "evaluation_time", "scores")).toString())
            .isEqualTo(expected.deepCopy().without(List.of("date", "evaluation_time", "scores")).toString());
        JsonNode scores = found.at("/scores/test/0");
        JsonNode others = expected.at("/scores/test/0");
        assertThat(scores.fieldNames()).toIterable().containsExactlyElementsOf(others::fieldNames).hasSize(11);
        others.properties().stream().filter(score -> score.getValue().isNumber()).forEach(score ->
            assertThat(scores.get(score.getKey()).doubleValue()).as(score.getKey())
                .isCloseTo(score.getValue().doubleValue(), within(2e-6)));
        double spearman = evaluate("STSBenchmark", "mteb").at("/tasks/STSBenchmark/spearman").doubleValue();
        assertThat(scores.get("main_score").doubleValue() * 100).isCloseTo(spearman, within(1e-4));
    }

    private static ObjectNode result(Path cache) throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            List<Path> results = files.filter(file -> file.getFileName().toString().startsWith("STS")).toList();
            assertThat(results).hasSize(1);
            return (ObjectNode) new ObjectMapper().readTree(results.get(0).toFile());
        }
    }

    @Test
    void whatIsNoResultForMtebIsRefusedBeforeAnyModelIsLoaded() throws IOException {
        assertThat(oneword("evaluate", "--model", "no-such-model", "--tasks", "STSBenchmark", "--data",
            folder.toString(), "--mteb", "mteb")).isEqualTo(2);
        assertThat(err.toString()).contains("--protocol is senteval; add --protocol mteb");
        assertThat(oneword("evaluate", "--model", "no-such-model", "--tasks", "dev,CR", "--data", folder.toString(),
            "--protocol", "mteb", "--mteb", "mteb")).isEqualTo(2);
        assertThat(err.toString()).contains("names none of them: STSBenchmark-dev, CR");
        write("file", "");
        assertThat(oneword("evaluate", "--model", MODEL, "--tasks", "STSBenchmark", "--data", folder.toString(),
            "--protocol", "mteb", "--mteb", folder.resolve("file").toString())).isEqualTo(1);
        assertThat(err.toString()).contains(folder.resolve("file") + " is no folder");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void anotherPromptIsAnotherRevisionForMteb() throws IOException {
        for (String demonstration : List.of("A jockey riding a horse.|Equestrian", "Meat from a deer.|Venison")) {
            assertThat(oneword("evaluate", "--model", MODEL, "--tasks", "STSBenchmark", "--data", folder.toString(),
                "--protocol", "mteb", "--mteb", folder.resolve("mteb").toString(), "--demonstration", demonstration))
                .as(err.toString()).isZero();
        }
        try (Stream<Path> models = Files.list(folder.resolve("mteb/results"))) {
            Path model = models.toList().get(0);
            try (Stream<Path> revisions = Files.list(model)) {
                assertThat(revisions).hasSize(2).allMatch(revision ->
                    revision.getFileName().toString().matches("[0-9a-f]{40}"));
            }
        }
    }

    @Test
    void transferTasksHaveAccuracies() throws IOException {
        JsonNode results = evaluate("CR,STSBenchmark", "senteval");

        assertThat(results.at("/tasks/CR/n").intValue()).isEqualTo(40);
        assertThat(results.at("/tasks/CR/accuracy").doubleValue()).isEqualTo(
            results.get("transfer_average").doubleValue()).isBetween(0.0, 100.0);
        assertThat(results.at("/tasks/CR/dev_accuracy").isNumber()).isTrue();
        assertThat(results.at("/tasks/STSBenchmark/spearman").isNumber()).isTrue();
        assertThat(out.toString()).contains("STS-B", "SentEval transfer tasks, accuracy x 100");
    }

    @Test
    void wrongWordsAreUsageErrors() {
        assertThat(oneword("evaluate", "--model", MODEL, "--protocol", "glue")).isEqualTo(2);
        assertThat(err.toString()).contains("--protocol", "senteval", "mteb");
        assertThat(oneword("data", "download", "squad")).isEqualTo(2);
        assertThat(err.toString()).contains("Unknown set 'squad'. There are: sts, transfer, nli, snli, mnli");
        assertThat(oneword("data", "download", "nli", "--from", folder.resolve("no").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("is not a folder");
    }

    @Test
    void filesFetchedByHandArePutInPlace() throws IOException {
        write("by-hand/nli_for_simcse.csv", "sent0,sent1,hard_neg\na,b,c\n");

        assertThat(oneword("data", "download", "nli", "--from", folder.resolve("by-hand").toString(), "--output",
            folder.resolve("data").toString())).as(err.toString()).isZero();

        assertThat(Files.readAllLines(folder.resolve("data/nli_for_simcse.csv")))
            .isEqualTo(List.of("sent0,sent1,hard_neg", "a,b,c"));
        assertThat(out.toString().strip()).isEqualTo(folder.resolve("data").toString());
    }
}
