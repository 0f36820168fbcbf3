package oneword.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import oneword.trainer.checkpoint.CheckpointException;
import oneword.trainer.checkpoint.FaultyStorage;
import oneword.trainer.checkpoint.FaultyStorage.Change;
import oneword.trainer.checkpoint.FileContent;
import oneword.trainer.checkpoint.FilteredStorage;
import oneword.trainer.checkpoint.FullDisk;
import oneword.trainer.checkpoint.Storage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Changes that a whole run makes to its folder fail, one a run, and the run then goes on to the end that it has
 * undisturbed. Every {@value #STRIDE}th change is tried; with {@code -Doneword.faults=all} every one, and the counts
 * are printed.
 */
class FaultyRunTest {

    private static final boolean ALL = "all".equals(System.getProperty("oneword.faults"));
    private static final int STRIDE = 29;

    @TempDir
    private Path folder;
    private RunFixture fixture;
    private String[] tiny;

    @BeforeEach
    void prepare() throws IOException {
        fixture = new RunFixture(folder);
        tiny = fixture.tiny("training.max_steps=3", "checkpoint.every=1", "checkpoint.keep=1", "evaluation.every=2");
        startOrResume("calm", Storage.files());
    }

    private void startOrResume(String name, Storage storage) {
        fixture.startOrResume(name, storage, new StopSignal(), tiny);
    }

    private void assertSame(String name) throws IOException {
        assertThat(fixture.state(name)).as(name).isEqualTo(fixture.state("calm"));
        assertThat(fixture.metrics(name)).as(name).isEqualTo(fixture.metrics("calm"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whicheverChangeFailsTheRunGoesOnToTheSameEnd(boolean crash) throws IOException {
        Map<Change, Integer> failures = failEach(crash, name -> { });
        assertThat(failures.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(ALL ? 100 : 3);
    }

    /** The run dies once before, with steps behind its last checkpoint: while it is resumed there is more to change. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whicheverChangeFailsOfAResumedRunItGoesOnToTheSameEnd(boolean crash) throws IOException {
        assertThatThrownBy(() -> startOrResume("dead", new FaultyStorage(70, false)))
            .isInstanceOf(CheckpointException.class);
        Files.writeString(fixture.run("dead").resolve("metrics.jsonl"), fixture.metrics("calm").get(2) + "\n{\"st",
            StandardOpenOption.APPEND);
        Map<Change, Integer> failures = failEach(crash, name -> copy(fixture.run("dead"), fixture.run(name)));
        assertThat(failures.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(ALL ? 50 : 1);
    }

    private interface Preparation {

        void of(String name) throws IOException;
    }

    private Map<Change, Integer> failEach(boolean crash, Preparation preparation) throws IOException {
        Map<Change, Integer> failures = new EnumMap<>(Change.class);
        boolean done = false;
        for (int changes = crash ? 0 : STRIDE / 2; !done; changes += ALL ? 1 : STRIDE) {
            FaultyStorage faulty = new FaultyStorage(changes, crash);
            String name = "faulty-" + changes;
            preparation.of(name);
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
        if (ALL) {
            System.err.println((crash ? "power failures: " : "passing faults: ") + failures);
        }
        return failures;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)), LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    @Test
    void howeverLittleRoomThereIsTheRunGoesOnToTheSameEndWhenThereIsMore() throws IOException {
        long begin = FullDisk.used(folder);
        long needed = FullDisk.used(fixture.run("calm"));
        int refusals = 0;
        for (long room = 0; room <= 2 * needed; room += needed / (ALL ? 50 : 5)) {
            try {
                startOrResume("full", new FullDisk(folder, begin + room));
            } catch (CheckpointException e) {
                refusals++;
                assertThat(e).hasMessageContaining("No space left on device");
            }
        }
        assertThat(refusals).isGreaterThan(ALL ? 40 : 4);
        startOrResume("full", Storage.files());
        assertSame("full");
    }

    @Test
    void aFailureSaysWhatIsWholeAndHowToGoOn() {
        Storage never = new FilteredStorage() {
            @Override
            public void write(Path file, FileContent content) throws IOException {
                if (file.toString().contains("step-000002")) {
                    throw new IOException("No space left on device");
                }
                super.write(file, content);
            }
        };
        assertThatThrownBy(() -> startOrResume("told", never)).isInstanceOf(CheckpointException.class)
            .hasMessageMatching("cannot save checkpoint .*step-000002: No space left on device\\n"
                + "  .*step-000001 is whole."
                + " When the cause is gone: oneword train --resume " + fixture.run("told"));
    }
}
