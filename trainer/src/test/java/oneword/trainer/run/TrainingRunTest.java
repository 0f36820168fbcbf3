package oneword.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import oneword.trainer.checkpoint.CheckpointStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingRunTest {

    @TempDir
    private Path folder;
    private RunFixture fixture;

    @BeforeEach
    void prepare() {
        fixture = new RunFixture(folder);
    }

    @Test
    void aRunLeavesEverythingThatOthersRead() throws IOException {
        TrainingRun.Outcome outcome = fixture.start("whole", new StopSignal());

        assertThat(outcome.finished()).isTrue();
        assertThat(outcome.report().orElseThrow())
            .contains("untrained", "trained (step ", "gain", "Nearest of 24 sentences");
        Path run = fixture.run("whole");
        assertThat(run).isDirectoryContaining("glob:**/events.out.tfevents*");
        assertThat(run.resolve("log.txt")).exists();
        for (String file : List.of("config.yaml", "environment.json", "metrics.jsonl", "results.json")) {
            assertThat(run.resolve(file)).isNotEmptyFile();
        }
        Path best = CheckpointStore.locate(run);
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors", "optimizer.safetensors",
            "trainer_state.json", "prompt.json", "manifest.json")) {
            assertThat(best.resolve(file)).isNotEmptyFile();
        }
        assertThat(run.resolve("report.html")).content()
            .contains("<h1>whole</h1>", "\"status finished\"", "id=\"pairs-0-after\"", "id=\"heat-after\"");
        JsonNode kept = journal("whole");
        assertThat(kept.at("/pairs/few/before/cosine")).hasSize(12);
        assertThat(kept.at("/sentences/after/cosine/23")).hasSize(24);
        assertThat(kept.at("/sessions/0/outcome").asText()).isEqualTo("finished");
        JsonNode results = new ObjectMapper().readTree(run.resolve("results.json").toFile());
        assertThat(kept.at("/pairs/few/after/spearman")).isEqualTo(results.at("/after/tasks/few/spearman"));
        assertThat(results.at("/before/tasks/few/n").asInt()).isEqualTo(12);
        assertThat(results.at("/after/tasks/few/n").asInt()).isEqualTo(12);
    }

    @Test
    void everyStepAndEvaluationIsAMetric() throws IOException {
        fixture.start("metrics", new StopSignal());

        List<JsonNode> lines = fixture.metrics("metrics");
        List<JsonNode> steps = lines.stream().filter(line -> line.has("loss")).toList();
        assertThat(steps).extracting(line -> line.get("step").asInt()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(steps.get(0).get("learning_rate").asDouble()).isZero();
        assertThat(steps).allSatisfy(line -> {
            assertThat(line.get("triples").asInt()).isEqualTo(4);
            assertThat(line.get("tokens").asInt()).isPositive();
            assertThat(line.get("grad_norm").asDouble()).isPositive();
        });
        assertThat(lines.stream().filter(line -> line.has("eval/few")))
            .extracting(line -> line.get("step").asInt()).containsExactly(0, 2, 4, 6);
    }

    @Test
    void onlyTheNewestCheckpointsAndTheBestAreKept() {
        fixture.start("kept", new StopSignal(), fixture.tiny("checkpoint.every=1", "evaluation.every=0"));

        CheckpointStore store = CheckpointStore.view(fixture.run("kept"));
        assertThat(store.list()).extracting(checkpoint -> checkpoint.step()).containsExactly(5L, 6L);
        assertThat(store.best().orElseThrow().step()).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource({"fp32, off", "fp32, on", "bf16, off", "fp16, off"})
    void aStoppedRunGoesOnBitForBit(String precision, String cache) throws IOException {
        List<String> all =
            new ArrayList<>(List.of("model.precision=" + precision, "training.gradient_cache=" + cache));
        if (precision.equals("fp16")) {
            // fp16 is slow on a CPU: as little of it as shows that the loss scale is saved.
            Path few = Files.write(folder.resolve("few.txt"), List.of("A dog runs.", "It rains."));
            all.addAll(List.of("evaluation.every=0", "evaluation.tasks=[]", "evaluation.neighbours=" + few,
                "training.batch_size=2"));
        }
        String[] overrides = all.toArray(String[]::new);
        fixture.start("straight", new StopSignal(), overrides);
        StopSignal stop = new StopSignal();
        stopAtStep(stop, 3, fixture.run("stopped"));
        TrainingRun.Outcome first = fixture.start("stopped", stop, overrides);
        assertThat(first.finished()).isFalse();
        assertThat(first.step()).isBetween(3L, 5L);

        TrainingRun.Outcome second = fixture.resume("stopped", new StopSignal(), overrides);

        assertThat(second.finished()).isTrue();
        assertThat(fixture.state("stopped")).isEqualTo(fixture.state("straight"));
        assertThat(fixture.metrics("stopped")).isEqualTo(fixture.metrics("straight"));
        assertThat(journal("stopped").path("sessions")).extracting(session -> session.path("outcome").asText())
            .containsExactly("stopped", "finished");
        assertThat(journal("stopped").path("pairs")).isEqualTo(journal("straight").path("pairs"));
        assertThat(journal("stopped").path("sentences")).isEqualTo(journal("straight").path("sentences"));
    }

    @Test
    void aFinishedRunOnlyReportsAgain() throws IOException {
        fixture.start("done", new StopSignal());
        byte[] metrics = Files.readAllBytes(fixture.run("done").resolve("metrics.jsonl"));

        TrainingRun.Outcome again = fixture.resume("done", new StopSignal());

        assertThat(again.finished()).isTrue();
        assertThat(again.report().orElseThrow()).contains("gain");
        assertThat(Files.readAllBytes(fixture.run("done").resolve("metrics.jsonl"))).isEqualTo(metrics);
    }

    @Test
    void aRunThatWasStoppedBeforeItsFirstStepStartsAgain() {
        StopSignal stop = new StopSignal();
        stop.request();
        assertThat(fixture.start("early", stop, fixture.tiny()).step()).isZero();
        assertThat(fixture.resume("early", new StopSignal(), fixture.tiny()).finished()).isTrue();
    }

    private JsonNode journal(String run) throws IOException {
        return new ObjectMapper().readTree(fixture.run(run).resolve("report.json").toFile());
    }

    /** Asks for a stop as soon as the metrics show a step, as a person with a finger on Ctrl-C would. */
    private static void stopAtStep(StopSignal stop, int step, Path run) {
        Thread watcher = new Thread(() -> {
            while (!stop.requested()) {
                try (Stream<String> lines = Files.lines(run.resolve("metrics.jsonl"))) {
                    if (lines.anyMatch(line -> line.contains("\"step\":" + step + ",\"epoch\""))) {
                        stop.request();
                    }
                } catch (IOException | java.io.UncheckedIOException e) {
                    Thread.onSpinWait();
                }
            }
        });
        watcher.setDaemon(true);
        watcher.start();
    }
}
