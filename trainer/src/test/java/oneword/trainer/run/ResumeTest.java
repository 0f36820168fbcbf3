package oneword.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import oneword.trainer.TrainerException;
import oneword.trainer.checkpoint.Checkpoint;
import oneword.trainer.checkpoint.CheckpointException;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.checkpoint.FilteredStorage;
import oneword.trainer.checkpoint.GrowingFile;
import oneword.trainer.checkpoint.Storage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run needs to go on, and what it makes of what it finds. */
class ResumeTest {

    @TempDir
    private Path folder;
    private RunFixture fixture;
    private String[] tiny;

    @BeforeEach
    void prepare() {
        fixture = new RunFixture(folder);
        tiny = fixture.tiny();
    }

    /** Does something as soon as a step stands in the metrics, while that step is being evaluated and saved. */
    private static final class AtStep extends FilteredStorage {

        private final int step;
        private final Runnable deed;

        AtStep(int step, Runnable deed) {
            this.step = step;
            this.deed = deed;
        }

        @Override
        public GrowingFile append(Path file) throws IOException {
            GrowingFile grown = super.append(file);
            return new GrowingFile() {
                @Override
                public void append(byte[] bytes) throws IOException {
                    grown.append(bytes);
                    if (new String(bytes, StandardCharsets.UTF_8)
                        .startsWith("{\"step\":" + step + ",\"epoch\"")) {
                        deed.run();
                    }
                }

                @Override
                public void sync() throws IOException {
                    grown.sync();
                }

                @Override
                public void close() throws IOException {
                    grown.close();
                }
            };
        }
    }

    private void stopAt(int step, String name, String... overrides) {
        StopSignal stop = new StopSignal();
        TrainingRun.Outcome outcome =
            fixture.startOrResume(name, new AtStep(step, stop::request), stop, overrides);
        assertThat(outcome.finished()).isFalse();
        assertThat(outcome.step()).isEqualTo(step);
    }

    @Test
    void aStopDuringAnEvaluationIsAnsweredAtOnceAndTheEvaluationIsMadeUpFor() throws IOException {
        fixture.start("straight", new StopSignal(), tiny);
        stopAt(4, "stopped", tiny);
        assertThat(fixture.metrics("stopped")).last().matches(line -> line.has("loss"));
        stopAt(6, "stopped", tiny);
        assertThat(fixture.resume("stopped", new StopSignal(), tiny).finished()).isTrue();
        assertThat(fixture.state("stopped")).isEqualTo(fixture.state("straight"));
        assertThat(fixture.metrics("stopped")).isEqualTo(fixture.metrics("straight"));
    }

    @Test
    void gradientCacheChangesNoBit() throws IOException {
        fixture.start("off", new StopSignal(), fixture.tiny("training.gradient_cache=off"));
        fixture.start("on", new StopSignal(), fixture.tiny("training.gradient_cache=on"));
        assertThat(fixture.state("on")).isEqualTo(fixture.state("off"));
    }

    @Test
    void otherDataAreRefusedAndNothingIsChanged() throws IOException {
        Path data = Files.copy(RunFixture.ROOT.resolve("configs/quickstart/triples.csv"), folder.resolve("own.csv"));
        String[] own = fixture.tiny("data.train=" + data);
        stopAt(3, "run", own);
        String config = Files.readString(fixture.run("run").resolve("config.yaml"));
        List<String> metrics = Files.readAllLines(fixture.run("run").resolve("metrics.jsonl"));
        Files.writeString(data, Files.readString(data).replaceFirst("A", "B"));
        assertThatThrownBy(() -> fixture.resume("run", new StopSignal(), with(own, "checkpoint.keep=7")))
            .isInstanceOf(TrainerException.class).hasMessageContaining("the training rows are not those");
        assertThat(fixture.run("run").resolve("config.yaml")).hasContent(config);
        assertThat(Files.readAllLines(fixture.run("run").resolve("metrics.jsonl"))).isEqualTo(metrics);
    }

    @Test
    void anotherModelIsRefusedAndAMovedOneIsNot() throws IOException {
        stopAt(3, "run", tiny);
        Path moved = Files.move(folder.resolve("model"), folder.resolve("moved"));
        String[] there = with(tiny, "model.name=" + moved);
        Path weights = moved.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        Files.writeString(moved.resolve("generation_config.json"), "{}");
        assertThatThrownBy(() -> fixture.resume("run", new StopSignal(), there)).isInstanceOf(TrainerException.class)
            .hasMessageContaining("model.safetensors has changed")
            .hasMessageContaining("generation_config.json is new");
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        Files.delete(moved.resolve("generation_config.json"));
        assertThat(fixture.resume("run", new StopSignal(), there).finished()).isTrue();
    }

    @Test
    void theBestIsNotChosenByAnotherTaskHalfway() throws IOException {
        Path other = Files.copy(folder.resolve("few.tsv").toFile().exists() ? folder.resolve("few.tsv")
            : RunFixture.ROOT.resolve("configs/quickstart/pairs.tsv"), folder.resolve("other.tsv"));
        stopAt(5, "run", tiny);
        String[] changed = with(tiny, "evaluation.select_by=" + other);
        assertThatThrownBy(() -> fixture.resume("run", new StopSignal(), changed))
            .isInstanceOf(TrainerException.class).hasMessageContaining("evaluation.select_by");
    }

    @Test
    void aDamagedCheckpointIsSetAsideAndTheRunComesToTheSameEnd() throws IOException {
        fixture.start("straight", new StopSignal(), tiny);
        stopAt(5, "damaged", tiny);
        List<Checkpoint> all = CheckpointStore.view(fixture.run("damaged")).list();
        Path adapter = all.get(all.size() - 1).file("adapter_model.safetensors");
        byte[] bytes = Files.readAllBytes(adapter);
        bytes[bytes.length / 2] ^= 4;
        Files.write(adapter, bytes);
        assertThat(fixture.resume("damaged", new StopSignal(), with(tiny, "checkpoint.keep=1")).finished()).isTrue();
        assertThat(fixture.state("damaged").get("adapter_model.safetensors"))
            .isEqualTo(fixture.state("straight").get("adapter_model.safetensors"));
        assertThat(fixture.metrics("damaged")).isEqualTo(fixture.metrics("straight"));
        assertThat(fixture.run("damaged").resolve("checkpoints/step-000005.set-aside")).isDirectory();
        assertThat(Files.readString(fixture.run("damaged").resolve("log.txt")))
            .contains("step-000005 is skipped: adapter_model.safetensors has another SHA-256 than was written",
                "step-000005.set-aside");
    }

    /** A run that dies between saving a checkpoint and marking it the best. */
    @Test
    void aBestThatWasNotMarkedAnyMoreIsMarkedLater() throws IOException {
        fixture.start("straight", new StopSignal(), tiny);
        Storage dying = new FilteredStorage() {
            @Override
            public void link(Path link, Path target) {
                throw new IllegalStateException("killed");
            }
        };
        assertThatThrownBy(() -> fixture.startOrResume("run", dying, new StopSignal(), tiny))
            .hasMessage("killed");
        assertThat(fixture.run("run").resolve("best")).doesNotExist();
        String[] noMoreEvaluations = with(tiny, "evaluation.every=0");
        fixture.resume("run", new StopSignal(), noMoreEvaluations);
        assertThat(CheckpointStore.view(fixture.run("run")).best().map(Checkpoint::step)).contains(2L);
    }

    @Test
    void aFolderThatIsDeletedUnderARunEndsIt() throws IOException {
        Storage deleting = new AtStep(2, () -> delete(fixture.run("run")));
        assertThatThrownBy(() -> fixture.startOrResume("run", deleting, new StopSignal(), tiny))
            .isInstanceOf(CheckpointException.class).hasMessageContaining("moved or deleted");
        assertThat(fixture.run("run")).doesNotExist();
    }

    @Test
    void aFolderThatIsMovedUnderARunEndsItAndGoesOnThere() throws IOException {
        fixture.start("straight", new StopSignal(), tiny);
        Storage moving = new AtStep(3, () -> {
            try {
                Files.move(fixture.run("run"), fixture.run("elsewhere"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThatThrownBy(() -> fixture.startOrResume("run", moving, new StopSignal(), tiny))
            .isInstanceOf(CheckpointException.class).hasMessageContaining("moved or deleted");
        fixture.resume("elsewhere", new StopSignal(), tiny);
        assertThat(fixture.state("elsewhere")).isEqualTo(fixture.state("straight"));
        assertThat(fixture.metrics("elsewhere")).isEqualTo(fixture.metrics("straight"));
    }

    /** Lines of steps that were never saved, a torn one, and a record torn in the events, as a power failure leaves. */
    @Test
    void whatStandsBehindTheCheckpointIsCutOff() throws IOException {
        fixture.start("straight", new StopSignal(), tiny);
        stopAt(3, "run", tiny);
        Files.writeString(fixture.run("run").resolve("metrics.jsonl"),
            fixture.metrics("straight").get(6) + "\n{\"step\":5,\"ep", StandardOpenOption.APPEND);
        try (Stream<Path> files = Files.list(fixture.run("run"))) {
            for (Path events : files.filter(file -> file.toString().contains("tfevents")).toList()) {
                Files.write(events, new byte[] {9, 0, 0, 0, 0}, StandardOpenOption.APPEND);
            }
        }
        fixture.resume("run", new StopSignal(), tiny);
        assertThat(fixture.metrics("run")).isEqualTo(fixture.metrics("straight"));
    }

    private static String[] with(String[] some, String... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
    }

    private static void delete(Path path) {
        try {
            Storage.files().delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
