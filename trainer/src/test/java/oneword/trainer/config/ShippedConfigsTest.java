package oneword.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import oneword.data.sts.StsProtocol;
import oneword.trainer.leaderboard.PublishedTables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShippedConfigsTest {

    private static final Path CONFIGS = Path.of(System.getProperty("oneword.root")).resolve("configs");
    private static final String LEADERBOARD = "leaderboard.yaml";

    /** The configurations of runs. */
    static List<Path> shipped() throws IOException {
        try (Stream<Path> files = Files.list(CONFIGS)) {
            return files.filter(file -> file.toString().endsWith(".yaml") && !file.endsWith(LEADERBOARD)).sorted()
                    .toList();
        }
    }

    private static RunConfig read(String name) {
        return ConfigReader.read(CONFIGS.resolve(name + ".yaml"), List.of());
    }

    @Test
    void everySizeOfOptAndAFirstRunAreShipped() throws IOException {
        assertThat(shipped()).extracting(file -> file.getFileName().toString()).contains(
                "opt-125m.yaml", "opt-350m.yaml", "opt-1.3b.yaml", "opt-2.7b.yaml", "opt-6.7b.yaml", "opt-13b.yaml",
                "opt-30b.yaml", "opt-66b.yaml", "smollm2-135m.yaml", "quickstart.yaml");
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void aShippedFileIsValidAndSaysAtItsTopHowToLaunchIt(Path file) throws IOException {
        assertThat(ConfigReader.read(file, List.of())).isNotNull();
        assertSaysHowToLaunchIt(file, "train");
    }

    private static void assertSaysHowToLaunchIt(Path file, String command) throws IOException {
        List<String> lines = Files.readAllLines(file);
        String top = String.join("\n", lines.subList(0, lines.indexOf("")));
        assertThat(top).contains("#   oneword " + command + " --config " + file.getFileName()).contains("# Needs ");
        assertThat(lines).allMatch(line -> line.length() <= 120);
    }

    @Test
    void theShippedLeaderboardSetsThePapersDemonstrationsBesideThePapersNumbers() throws IOException {
        Path file = CONFIGS.resolve(LEADERBOARD);
        assertSaysHowToLaunchIt(file, "leaderboard");
        // The larger sizes are there, too, to be uncommented.
        String all = Files.readString(file).replaceAll("(?m)^#(  [- ] |\\n)", "$1");
        LeaderboardConfig config = LeaderboardReader.fromString(all, LEADERBOARD, List.of(), PublishedTables.ids());
        assertThat(config.entries()).filteredOn(entry -> entry.published() != null).hasSize(8).allSatisfy(entry -> {
            assertThat(entry.model()).startsWith("facebook/opt-");
            assertThat(entry.published()).isEqualTo("prompteol-icl-" + entry.model().substring("facebook/".length()));
            assertThat(entry.demonstration()).isNotNull();
        });
        assertThat(LeaderboardReader.read(file, List.of(), PublishedTables.ids()).entries()).hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"125m", "350m", "1.3b", "2.7b", "6.7b", "13b", "30b", "66b"})
    void theRecipeIsThePapers(String size) {
        RunConfig config = read("opt-" + size);
        assertThat(config.model().name()).isEqualTo("facebook/opt-" + size);
        assertThat(config.prompt()).isEqualTo(
                new RunConfig.Prompt("This sentence : \"{sentence}\" means in one word:\"", 32));
        List<String> targets = new ArrayList<>(List.of("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"));
        if (size.equals("350m")) {
            targets.addAll(List.of("project_in", "project_out"));
        }
        assertThat(config.lora()).isEqualTo(new RunConfig.Lora(64, 16, 0.05, targets, null));
        assertThat(config.loss()).isEqualTo(new RunConfig.Loss(0.05, 0));
        assertThat(config.training()).isEqualTo(new RunConfig.Training(1, 0, size.equals("13b") ? 200 : 256, 4096, 5e-4,
                100, RunConfig.Schedule.LINEAR, 0, 1.0, null, 42, RunConfig.Switch.AUTO,
                RunConfig.Switch.AUTO));
        assertThat(config.evaluation()).isEqualTo(
                new RunConfig.Evaluation(50, List.of("sts"), "STSBenchmark-dev", "SentEval/data",
                        StsProtocol.SENTEVAL, null));
        assertThat(config.checkpoint()).isEqualTo(new RunConfig.Checkpoint(50, 3));
    }

    @Test
    void theFirstRunNeedsNothingFromOutside() {
        RunConfig config = read("quickstart");
        assertThat(config.model().name()).isEqualTo("models/opt-mini");
        assertThat(config.data().train()).startsWith("configs/quickstart/");
        assertThat(config.evaluation().data()).isNull();
        assertThat(config.evaluation().every()).isPositive();
        assertThat(config.evaluation().tasks()).containsExactly(config.evaluation().selectBy());
    }
}
