package oneword.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import oneword.trainer.embedding.NextWords.NextWord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbedCommandTest {

    private static final String TEXT = IntStream.range(0, 11)
        .mapToObj(i -> "A dog runs" + " and runs".repeat(i % 4) + " to number " + i + ".\n")
        .collect(Collectors.joining());

    @TempDir
    private Path folder;
    private final InputStream stdin = System.in;

    @AfterEach
    void giveStdinBack() {
        System.setIn(stdin);
    }

    @Test
    void whatAFailureInterruptsIsResumedToTheSameBytes() throws IOException {
        Path input = Files.writeString(folder.resolve("in.txt"), TEXT);
        Path whole = folder.resolve("whole.npy");
        assertThat(embed("--input", input.toString(), "--output", whole.toString()).code()).isZero();

        Path output = folder.resolve("out.npy");
        say(join(TEXT.lines().limit(9).collect(Collectors.joining("\n", "", "\n")), 'x', 0xE9, '\n'));
        Said torn = embed("--input", "-", "--output", output.toString());
        assertThat(torn.code()).isEqualTo(1);
        assertThat(torn.err()).contains("stdin, line 10", "not UTF-8");
        assertThat(output).doesNotExist();

        say(TEXT);
        Said resumed = embed("--input", "-", "--output", output.toString(), "--resume");
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(output).hasSameBinaryContentAs(whole);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(input, whole, output);
        }
    }

    @Test
    void anotherInputPromptOrRuleIsNotTakenForTheSame() throws IOException {
        Path input = Files.writeString(folder.resolve("in.txt"), TEXT);
        Path output = folder.resolve("out.npy");
        say(join(TEXT.substring(0, TEXT.length() / 2), 0xFF));
        assertThat(embed("--input", "-", "--output", output.toString()).code()).isEqualTo(1);

        Said other = embed("--input", input.toString(), "--output", output.toString(), "--resume", "--as", "training",
            "--prompt", "In short, {sentence} is", "--normalize");
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("--as: was evaluation, is training", "prompt: was This sentence",
            "is In short, {sentence} is", "--normalize: was false, is true", "input: was not given, is 11 lines");

        say("Another sentence.\n" + TEXT);
        other = embed("--input", "-", "--output", output.toString(), "--resume");
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("first 4 lines of stdin are not those");
    }

    @Test
    void vectorsDoNotDependOnTheWindowBeyondRounding() throws IOException {
        Path input = Files.writeString(folder.resolve("in.txt"), TEXT);
        List<JsonNode> results = new ArrayList<>();
        for (String window : List.of("1", "4", "100")) {
            Path output = folder.resolve(window + ".jsonl");
            assertThat(embed("--input", input.toString(), "--output", output.toString(), "--window", window).code())
                .isZero();
            results.add(new ObjectMapper().readTree("[" + String.join(",", Files.readAllLines(output)) + "]"));
        }
        for (JsonNode result : results) {
            for (int i = 0; i < 11; i++) {
                for (int j = 0; j < result.get(i).size(); j++) {
                    assertThat(result.get(i).get(j).doubleValue())
                        .isCloseTo(results.get(0).get(i).get(j).doubleValue(), within(2e-5));
                }
            }
        }
    }

    @Test
    void bytesThatAreNotUtf8AreFoundBeforeAnyWork() throws IOException {
        Path input = Files.write(folder.resolve("in.txt"), join(TEXT, 0xC3));
        Path output = folder.resolve("out.npy");

        Said said = embed("--input", input.toString(), "--output", output.toString());

        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).contains("in.txt, line 12", "not UTF-8");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(input);
        }
    }

    @Test
    void anEmptyInputIsRefused() throws IOException {
        Path input = Files.writeString(folder.resolve("in.txt"), "");
        Said said = embed("--input", input.toString(), "--output", folder.resolve("out.npy").toString());
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).contains("in.txt: holds no line");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(input);
        }
    }

    /** Against transformers: see golden/make_next_words.py. */
    @Test
    void theWordsAreThoseOfTheLanguageModel() throws IOException {
        JsonNode golden = new ObjectMapper().readTree(getClass().getResource("/golden/next_words.json"));
        StringBuilder sentences = new StringBuilder();
        golden.forEach(row -> sentences.append(row.get("sentence").textValue()).append('\n'));
        Path output = folder.resolve("words.jsonl");
        say(sentences.toString());

        Said said = embed("--input", "-", "--words", "--output", output.toString());

        assertThat(said.code()).as(said.err()).isZero();
        List<String> lines = Files.readAllLines(output);
        assertThat(lines).hasSize(golden.size());
        for (int i = 0; i < golden.size(); i++) {
            JsonNode row = new ObjectMapper().readTree(lines.get(i));
            assertThat(row.get("sentence")).isEqualTo(golden.get(i).get("sentence"));
            for (int j = 0; j < 5; j++) {
                JsonNode word = row.get("words").get(j);
                assertThat(word.get("word")).isEqualTo(golden.get(i).get("words").get(j));
                assertThat(word.get("probability").doubleValue())
                    .isCloseTo(golden.get(i).get("probabilities").get(j).doubleValue(), within(1e-5));
            }
        }
    }

    @Test
    void wordsArePrintedWhereThereIsNoOutput() throws IOException {
        say("A man is smoking.\nMusic.\n");

        Said said = embed("--input", "-", "--words", "2");

        assertThat(said.code()).as(said.err()).isZero();
        assertThat(said.out()).isEqualToNormalizingNewlines(
            "A man is smoking.\tS 0.162, P 0.125\nMusic.\tM 0.480, P 0.060\n");
    }

    @Test
    void whatWouldNotBeSeenOrCouldBeMisreadStandsInQuotes() {
        assertThat(EmbedCommand.line(List.of(new NextWord("Müsik", 0.5), new NextWord(" the", 0.25),
            new NextWord("\n", 0.1), new NextWord("\"", 0.05), new NextWord(",", 0.01), new NextWord("", 0.0004))))
            .isEqualTo("Müsik 0.500, \" the\" 0.250, \"\\n\" 0.100, \"\\\"\" 0.050, \",\" 0.010, \"\" 0.000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--resume --words", "--words --normalize", "--words 0", "--words --window 0"})
    void optionsThatDoNotGoTogetherAreAUsageError(String options) {
        String[] args = options.isEmpty() ? new String[0] : options.split(" ");
        Said said = Said.by(with(new String[] {"embed", "--model", Said.MODEL, "--input", "-"}, args));
        assertThat(said.code()).isEqualTo(2);
    }

    private static Said embed(String... args) {
        boolean window = List.of(args).contains("--window");
        String[] always = {"embed", "--model", Said.MODEL, "--device", "cpu"};
        return Said.by(with(with(always, window ? new String[0] : new String[] {"--window", "4"}), args));
    }

    private static String[] with(String[] some, String... more) {
        List<String> all = new ArrayList<>(List.of(some));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static void say(String text) {
        say(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void say(byte[] bytes) {
        System.setIn(new ByteArrayInputStream(bytes));
    }

    private static byte[] join(String text, int... more) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        for (int next : more) {
            bytes.write(next);
        }
        return bytes.toByteArray();
    }
}
