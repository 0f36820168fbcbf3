package oneword.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemonstrationsCommandTest {

    @TempDir
    private Path folder;
    private Path pairs;
    private Path candidates;
    private Path output;

    @BeforeEach
    void writeInputs() throws IOException {
        pairs = Files.writeString(folder.resolve("own.tsv"), """
            A man runs.\tA man is running.\t5
            A cat sleeps.\tIt rains.\t0
            She sings.\tA woman sings a song.\t4.5
            A dog barks.\tA dog is quiet.\t2
            The sun sets.\tMoney is made of paper.\t0.5
            He cuts an onion.\tA man slices a vegetable.\t3.8
            The train is late.\tThe bus is late.\t2.6
            Prices rose in May.\tIn May, things became dearer.\t4.2
            Two boys play chess.\tTwo girls play chess.\t3
            A plane takes off.\tA bird lands.\t1
            """);
        candidates = Files.writeString(folder.resolve("candidates.txt"),
            "A man is smoking.|Smoking\nA jockey riding a horse.|Equestrian\nmeat from a deer.|Venison\n");
        output = folder.resolve("ranking.json");
    }

    @Test
    void aCandidateScoresWhatEvaluateSaysOfIt() throws IOException {
        Said said = search();
        assertThat(said.code()).as(said.err()).isZero();
        assertThat(said.out()).contains("(no demonstration)", "evaluate --model", "--demonstration '");

        JsonNode ranking = new ObjectMapper().readTree(output.toFile()).get("ranking");
        assertThat(ranking).hasSize(3);
        assertThat(ranking.findValues("score")).extracting(JsonNode::doubleValue)
            .isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(ranking.findValues("score")).doesNotHaveDuplicates();
        JsonNode best = ranking.get(0);
        assertThat(evaluated("--demonstration", best.get("sentence").asText() + "|" + best.get("word").asText()))
            .isEqualTo(best.get("score").doubleValue());
        assertThat(evaluated())
            .isEqualTo(new ObjectMapper().readTree(output.toFile()).get("baseline").get("score").doubleValue());
    }

    @Test
    void aSearchGoesOnBehindTheCandidatesThatAreScored() throws IOException {
        assertThat(search().code()).isZero();
        byte[] whole = Files.readAllBytes(output);
        Path log = folder.resolve("ranking.scores.jsonl");
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).hasSize(5);
        // A score that only the log can know shows that it is taken from there.
        String changed = lines.get(1).replaceFirst("\"spearman\":[-0-9.]+", "\"spearman\":-99.0");
        Files.writeString(log, lines.get(0) + "\n" + changed + "\n" + lines.get(2) + "\n{\"sent");

        Said resumed = search("--resume");

        assertThat(resumed.code()).as(resumed.err()).isZero();
        JsonNode again = new ObjectMapper().readTree(output.toFile());
        assertThat(again.get("baseline").get("score").doubleValue()).isEqualTo(-99);
        JsonNode before = new ObjectMapper().readTree(whole);
        assertThat(again.get("ranking").findValues("score")).isEqualTo(before.get("ranking").findValues("score"));
        assertThat(Files.readAllLines(log)).hasSize(5);

        Said other = search("--resume", "--prompt", "In short, \"{sentence}\" is:\"");
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("prompt: was This sentence", "is In short");
    }

    @Test
    void whatIsWrongIsToldBeforeAnyModelIsLoaded() throws IOException {
        Files.writeString(candidates, "A|B\nnothing\n");
        Said said = search();
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).contains("candidates.txt, line 2");

        output = folder.resolve("ranking.txt");
        said = search();
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("ranking.txt", ".csv");
    }

    private Said search(String... more) {
        String[] args = {"demonstrations", "--model", Said.MODEL, "--device", "cpu", "--candidates",
            candidates.toString(), "--tasks", pairs.toString(), "--output", output.toString()};
        return Said.by(with(args, more));
    }

    private double evaluated(String... more) throws IOException {
        Path scores = folder.resolve("scores.json");
        String[] args = {"evaluate", "--model", Said.MODEL, "--device", "cpu", "--tasks", pairs.toString(),
            "--output", scores.toString()};
        assertThat(Said.by(with(args, more)).code()).isZero();
        return new ObjectMapper().readTree(scores.toFile()).get("average").doubleValue();
    }

    private static String[] with(String[] some, String... more) {
        return Stream.of(some, more).flatMap(Stream::of).toArray(String[]::new);
    }
}
