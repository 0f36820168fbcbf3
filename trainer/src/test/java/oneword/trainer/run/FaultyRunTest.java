package oneword.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import oneword.trainer.checkpoint.Checkpoint;
import oneword.trainer.checkpoint.CheckpointException;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.checkpoint.FaultyStorage;
import oneword.trainer.checkpoint.FaultyStorage.Change;
import oneword.trainer.checkpoint.FullDisk;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.checkpoint.Storage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every change that a whole run makes to its folder fails once, and the run then goes on to the same end. */
class FaultyRunTest {

    @TempDir
    private Path folder;
    private RunFixture fixture;
    private String[] tiny;

    @BeforeEach
    void prepare() {
        fixture = new RunFixture(folder);
        tiny = new String[] {"model.name=" + TinyModel.write(folder.resolve("model")), "training.max_steps=3",
            "training.batch_size=2", "checkpoint.every=1", "checkpoint.keep=1", "evaluation.every=2",
            "evaluation.tasks=[]", "evaluation.neighbours=null", "evaluation.select_by=" + folder.resolve("few.tsv")};
    }

    private TrainingRun.Outcome startOrResume(String name, Storage storage) {
        RunPlan plan = fixture.plan(fixture.config(tiny));
        Path path = fixture.run(name);
        RunFolder opened = Files.exists(path.resolve("config.yaml"))
            ? RunFolder.open(path, storage) : RunFolder.create(folder, name, storage);
        try (TrainingRun run = new TrainingRun(plan, opened, Optional.empty(), new StopSignal())) {
            return run.run();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whicheverChangeFailsTheRunGoesOnToTheSameEnd(boolean crash) throws IOException {
        startOrResume("calm", Storage.files());
        Map<Change, Integer> failures = new EnumMap<>(Change.class);
        boolean done = false;
        for (int changes = 0; !done; changes++) {
            FaultyStorage faulty = new FaultyStorage(changes, crash);
            String name = "faulty-" + changes;
            try {
                startOrResume(name, faulty);
                done = faulty.failed().isEmpty();
            } catch (CheckpointException e) {
                assertThat(e).as("change %d, %s", changes, faulty.failed()).hasMessageContaining("injected")
                    .hasMessageContaining(fixture.run(name).toString());
            }
            faulty.failed().ifPresent(change -> failures.merge(change, 1, Integer::sum));
            startOrResume(name, Storage.files());
            assertSame(name);
        }
        System.err.println("failed once each: " + failures);
        assertThat(failures.keySet()).contains(Change.OPEN, Change.WRITE, Change.SYNC, Change.APPEND, Change.RENAME,
            Change.SYNC_FOLDER, Change.LINK, Change.DELETE, Change.CREATE_FOLDER);
        assertThat(failures.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(100);
    }

    @Test
    void howeverLittleRoomThereIsTheRunGoesOnToTheSameEndWhenThereIsMore() throws IOException {
        startOrResume("calm", Storage.files());
        long begin = FullDisk.used(folder);
        startOrResume("free", Storage.files());
        long needed = FullDisk.used(folder) - begin;
        int refusals = 0;
        long base = FullDisk.used(folder);
        for (long room = 0; room <= 2 * needed; room += needed / 12) {
            try {
                startOrResume("full", new FullDisk(folder, base + room));
            } catch (CheckpointException e) {
                refusals++;
                assertThat(e).hasMessageContaining("No space left on device");
            }
        }
        assertThat(refusals).isGreaterThan(5);
        startOrResume("full", Storage.files());
        assertSame("full");
    }

    @Test
    void aFailureSaysWhatIsWholeAndHowToGoOn() {
        FaultyStorage faulty = new FaultyStorage(75, true);
        assertThatThrownBy(() -> startOrResume("told", faulty)).isInstanceOf(CheckpointException.class)
            .hasMessageMatching("(?s).*injected\\n  .*step-00000[12] is whole. When the cause is gone: oneword train "
                + "--resume " + fixture.run("told"));
    }

    private void assertSame(String name) throws IOException {
        Checkpoint expected = last("calm");
        Checkpoint found = last(name);
        assertThat(found.step()).as(name).isEqualTo(expected.step());
        for (String file : List.of("adapter_model.safetensors", "optimizer.safetensors", "trainer_state.json")) {
            assertThat(Files.readAllBytes(found.file(file))).as(name + "/" + file)
                .isEqualTo(Files.readAllBytes(expected.file(file)));
        }
        assertThat(metrics(name)).as(name).isEqualTo(metrics("calm"));
        assertThat(CheckpointStore.view(fixture.run(name)).best().map(Checkpoint::step))
            .isEqualTo(CheckpointStore.view(fixture.run("calm")).best().map(Checkpoint::step));
        assertThat(CheckpointStore.view(fixture.run(name)).list()).extracting(Checkpoint::step)
            .isEqualTo(CheckpointStore.view(fixture.run("calm")).list().stream().map(Checkpoint::step).toList());
    }

    private Checkpoint last(String name) {
        List<Checkpoint> all = CheckpointStore.view(fixture.run(name)).list();
        return all.get(all.size() - 1);
    }

    private List<String> metrics(String name) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(fixture.run(name).resolve("metrics.jsonl"))) {
            lines.add(line.replaceAll(",\"seconds\":[^,}]*", ""));
        }
        return lines;
    }
}
