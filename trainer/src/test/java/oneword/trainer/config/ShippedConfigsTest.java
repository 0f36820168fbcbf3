package oneword.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShippedConfigsTest {

    private static final Path CONFIGS = Path.of(System.getProperty("oneword.root")).resolve("configs");

    static List<Path> shipped() throws IOException {
        try (Stream<Path> files = Files.list(CONFIGS)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
        }
    }

    private static RunConfig read(String name) {
        return ConfigReader.read(CONFIGS.resolve(name + ".yaml"), List.of());
    }

    @Test
    void everySizeOfOptAndAFirstRunAreShipped() throws IOException {
        assertThat(shipped()).extracting(file -> file.getFileName().toString()).contains(
                "opt-125m.yaml", "opt-350m.yaml", "opt-1.3b.yaml", "opt-2.7b.yaml", "opt-6.7b.yaml", "opt-13b.yaml",
                "opt-30b.yaml", "opt-66b.yaml", "quickstart.yaml");
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void aShippedFileIsValidAndSaysAtItsTopHowToLaunchIt(Path file) throws IOException {
        assertThat(ConfigReader.read(file, List.of())).isNotNull();
        List<String> lines = Files.readAllLines(file);
        String top = String.join("\n", lines.subList(0, lines.indexOf("")));
        assertThat(top).contains("#   oneword train --config " + file.getFileName()).contains("# Needs ");
        assertThat(lines).allMatch(line -> line.length() <= 120);
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
                new RunConfig.Evaluation(50, List.of("sts"), "STSBenchmark-dev", "SentEval/data", null));
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
