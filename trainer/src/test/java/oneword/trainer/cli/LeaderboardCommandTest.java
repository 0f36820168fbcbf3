package oneword.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A leaderboard from the command line, with the small model and pairs of one's own. */
class LeaderboardCommandTest {

    private static final Path ROOT = Path.of(System.getProperty("oneword.root"));
    private static final String PAIRS = "A man runs.\tA man is running.\t5\nA cat sleeps.\tIt rains.\t0\n"
        + "She sings.\tA woman sings a song.\t4.5\nA dog barks.\tA man is running.\t1\n";

    @TempDir
    private Path folder;
    private String home;

    /** What a command said and how it ended. */
    private record Said(int code, String out, String err) {}

    @BeforeEach
    void stayAtHome() {
        home = System.getProperty("oneword.home");
        System.setProperty("oneword.home", ROOT.toString());
    }

    @AfterEach
    void leaveHome() {
        if (home == null) {
            System.clearProperty("oneword.home");
        } else {
            System.setProperty("oneword.home", home);
        }
    }

    private static Said oneword(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine(new Main());
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        int code = line.execute(args);
        return new Said(code, out.toString(), err.toString());
    }

    private Path config(String entries) throws IOException {
        Path pairs = Files.writeString(folder.resolve("own.tsv"), PAIRS);
        return Files.writeString(folder.resolve("board.yaml"), "tasks: [" + pairs + "]\ndevice: cpu\noutput: "
            + folder.resolve("out") + "\nentries:\n" + entries);
    }

    private JsonNode rows() throws IOException {
        return new ObjectMapper().readTree(folder.resolve("out/leaderboard.json").toFile()).required("rows");
    }

    private List<Path> vectorFiles() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("out/cache/vectors"))) {
            return files.filter(file -> file.toString().endsWith(".npy")).toList();
        }
    }

    @Test
    void theScoreIsThatOfEvaluateAndTheFileOfDataIsNamedByItsHash() throws Exception {
        Path config = config("  - {name: mini, model: models/opt-mini}\n");
        Path scores = folder.resolve("scores.json");

        Said said = oneword("leaderboard", "--config", config.toString());
        Said evaluated = oneword("evaluate", "--model", "models/opt-mini", "--device", "cpu", "--tasks",
            folder.resolve("own.tsv").toString(), "--output", scores.toString());

        assertThat(said.code()).as(said.err()).isZero();
        assertThat(evaluated.code()).isZero();
        double expected =
            new ObjectMapper().readTree(scores.toFile()).at("/tasks/own/spearman").doubleValue();
        assertThat(rows().at("/0/scores/own").doubleValue())
            .isCloseTo(expected, within(5e-5));
        JsonNode files = new ObjectMapper().readTree(folder.resolve("out/leaderboard.json").toFile())
            .at("/tasks/0/files");
        assertThat(files.get(folder.resolve("own.tsv").toString()).textValue()).isEqualTo(HexFormat.of().formatHex(
            MessageDigest.getInstance("SHA-256").digest(PAIRS.getBytes(StandardCharsets.UTF_8))));
        assertThat(said.out()).contains("mini").contains(String.format(Locale.ROOT, "%.2f", expected));
    }

    @Test
    void aPromptMakesVectorsOfItsOwnAndWhatIsThereIsNotMadeAgain() throws IOException {
        Path config = config("""
              - {name: mini, model: models/opt-mini}
              - {name: other, model: models/opt-mini, demonstration: 'A man sleeps.|Sleep'}
              - {name: again, model: models/opt-mini}
            """);
        assertThat(oneword("leaderboard", "--config", config.toString()).code()).isZero();
        JsonNode first = rows();
        assertThat(vectorFiles()).as("the third entry is the first one under another name").hasSize(2);
        assertThat(first.at("/0/vectors")).isEqualTo(first.at("/2/vectors")).isNotEqualTo(first.at("/1/vectors"));
        assertThat(first.at("/1/prompt").textValue()).startsWith("This sentence : \"A man sleeps.\"").contains("Sleep");

        // The time that the vectors took is kept with them: computed again, it would be another one.
        assertThat(oneword("leaderboard", "--config", config.toString()).code()).isZero();
        assertThat(rows()).isEqualTo(first);

        Path damaged = vectorFiles().get(0);
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[bytes.length - 2] ^= 0x40;
        Files.write(damaged, bytes);
        assertThat(oneword("leaderboard", "--config", config.toString()).code()).isZero();
        assertThat(rows()).isNotEqualTo(first);
        assertThat(rows().findValues("scores")).isEqualTo(first.findValues("scores"));
    }

    @Test
    void anEntryThatFailsLeavesTheOthersAlone() throws IOException {
        Path config = config("""
              - {name: nowhere, model: models/opt-maxi, published: prompteol-opt-1.3b}
              - {name: adapterless, model: models/opt-mini, adapter: models}
              - {name: mini, model: models/opt-mini}
            """);

        Said said = oneword("leaderboard", "--config", config.toString());

        assertThat(said.code()).isEqualTo(1);
        assertThat(said.out()).contains("nowhere (failed)", "no such folder", "holds no adapter_config.json");
        assertThat(rows().at("/2/scores/own").isNumber()).isTrue();
        assertThat(rows().at("/0/failure").textValue()).contains("models/opt-maxi");
        assertThat(folder.resolve("out/leaderboard.html")).exists();
    }

    @Test
    void mistakesAreToldTogetherBeforeAnythingIsRead() throws IOException {
        Path config = config("  - {name: mini, modle: models/opt-mini, published: nobody}\n");

        Said said = oneword("leaderboard", "--config", config.toString());

        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("entries[1].modle", "entries[1].model", "nobody", "prompteol-icl-opt-125m");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void resultsForMtebAreOfItsOwnDataOnly() throws IOException {
        Path config = config("  - {name: mini, model: models/opt-mini}\n");

        Said said = oneword("leaderboard", "--config", config.toString(), "--mteb", folder.resolve("mteb").toString());

        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("protocol=mteb");
    }
}
