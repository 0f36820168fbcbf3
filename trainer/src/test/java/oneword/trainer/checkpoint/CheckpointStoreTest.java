package oneword.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {

    @TempDir
    private Path run;
    private CheckpointStore store;

    @BeforeEach
    void openStore() {
        store = CheckpointStore.open(run, Storage.files());
    }

    private static Map<String, FileContent> files(String content) {
        Map<String, FileContent> files = new LinkedHashMap<>();
        files.put("adapter_model.safetensors", FileContent.of("weights " + content));
        files.put("trainer_state.json", FileContent.of("state " + content));
        return files;
    }

    private Path folder(String name) {
        return run.resolve("checkpoints").resolve(name);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> paths = Files.list(run.resolve("checkpoints"))) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static String content(Checkpoint checkpoint) throws IOException {
        String weights = Files.readString(checkpoint.file("adapter_model.safetensors"));
        assertThat(Files.readString(checkpoint.file("trainer_state.json")))
                .isEqualTo(weights.replace("weights", "state"));
        return weights.substring("weights ".length());
    }

    private static Checkpoint newest(CheckpointStore store) {
        List<String> skipped = new ArrayList<>();
        Checkpoint newest = store.newestVerified(skipped::add).orElseThrow();
        assertThat(skipped).isEmpty();
        return newest;
    }

    @Test
    void aCheckpointHoldsItsFilesAndAManifestOfThem() throws IOException {
        Checkpoint saved = store.save(50, Map.of("a.bin", FileContent.of("abc")));
        assertThat(saved).isEqualTo(new Checkpoint(50, folder("step-000050")));
        assertThat(saved.file("a.bin")).hasContent("abc");
        assertThat(Files.readString(saved.file("manifest.json")).replaceAll("\\s", "")).isEqualTo(
                "{\"format_version\":1,\"step\":50,\"files\":{\"a.bin\":{\"size\":3,\"sha256\":"
                        + "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}}}");
        assertThat(names()).containsExactly("step-000050");
    }

    @Test
    void checkpointsAreListedByStep() {
        for (long step : new long[] {1_000_000, 50, 999_999, 0}) {
            store.save(step, files("x"));
        }
        assertThat(store.list()).extracting(Checkpoint::step).containsExactly(0L, 50L, 999_999L, 1_000_000L);
    }

    @Test
    void theNewestWholeOneIsFoundAndTheOthersAreNamedWithTheReason() throws IOException {
        for (long step = 1; step <= 6; step++) {
            store.save(step, files("content " + step));
        }
        Files.writeString(folder("step-000006/adapter_model.safetensors"), "weights content 7");
        Files.writeString(folder("step-000005/adapter_model.safetensors"), "weights");
        Files.delete(folder("step-000004/trainer_state.json"));
        Files.delete(folder("step-000003/manifest.json"));
        Files.writeString(folder("step-000002/manifest.json"), "{\"format_version\": 1, \"st");
        List<String> skipped = new ArrayList<>();
        assertThat(store.newestVerified(skipped::add)).contains(new Checkpoint(1, folder("step-000001")));
        assertThat(skipped).containsExactly(
                "checkpoint " + folder("step-000006")
                        + " is skipped: adapter_model.safetensors has another SHA-256 than was written",
                "checkpoint " + folder("step-000005")
                        + " is skipped: adapter_model.safetensors has 7 bytes, 17 were written",
                "checkpoint " + folder("step-000004") + " is skipped: trainer_state.json is missing",
                "checkpoint " + folder("step-000003") + " is skipped: it has no manifest.json",
                "checkpoint " + folder("step-000002") + " is skipped: manifest.json is damaged");
    }

    @Test
    void aRenamedCheckpointIsNotTakenForAnotherStep() throws IOException {
        Files.move(store.save(1, files("x")).folder(), folder("step-000009"));
        List<String> skipped = new ArrayList<>();
        assertThat(store.newestVerified(skipped::add)).isEmpty();
        assertThat(skipped).singleElement().asString().endsWith("manifest.json is that of step 1");
    }

    @Test
    void aCheckpointOfANewerOnewordIsRefusedRatherThanSkipped() throws IOException {
        store.save(1, files("x"));
        Path manifest = store.save(2, files("x")).file("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("version\" : 1", "version\" : 2"));
        assertThatThrownBy(() -> store.newestVerified(skipped -> { })).isInstanceOf(CheckpointException.class)
                .hasMessage(manifest + ": has format_version 2, this oneword reads 1; use the newer oneword that wrote"
                        + " it");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void wheneverSavingFailsTheEarlierCheckpointIsWhole(boolean crash) throws IOException {
        store.save(1, files("old"));
        int changes = 0;
        for (boolean saved = false; !saved; changes++) {
            saved = savesAfter(changes, crash, 2);
            Checkpoint newest = newest(CheckpointStore.open(run, Storage.files()));
            assertThat(content(newest)).as("after %d changes", changes)
                    .isEqualTo(newest.step() == 2 ? "new" : "old");
            assertThat(names()).noneMatch(name -> name.startsWith(".")).contains("step-000001");
        }
        assertThat(changes).isGreaterThan(7);
        assertThat(newest(store).step()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void wheneverReplacingFailsTheOldOrTheNewOneIsWhole(boolean crash) throws IOException {
        boolean replaced = false;
        for (int changes = 0; !replaced; changes++) {
            store.save(1, files("old"));
            replaced = savesAfter(changes, crash, 1);
            assertThat(content(newest(CheckpointStore.open(run, Storage.files())))).as("after %d changes", changes)
                    .isIn("old", "new");
            assertThat(names()).containsExactly("step-000001");
        }
        assertThat(content(newest(store))).isEqualTo("new");
    }

    private boolean savesAfter(int changes, boolean crash, long step) throws IOException {
        CheckpointStore faulty;
        try {
            faulty = CheckpointStore.open(run, new FaultyStorage(changes, crash));
        } catch (CheckpointException e) {
            return false;
        }
        try {
            faulty.save(step, files("new"));
            return true;
        } catch (CheckpointException e) {
            assertThat(e).hasMessage("cannot save checkpoint " + folder("step-00000" + step) + ": injected");
            if (!crash) {
                assertThat(names()).noneMatch(name -> name.startsWith("."));
            }
            return false;
        }
    }

    /** As Lucene's tests do: the disk grows byte by byte, so that it is full at every single place. */
    @Test
    void howeverLittleRoomThereIsACheckpointIsSavedOrNothingIsLost() throws IOException {
        store.save(1, files("old"));
        long room = FullDisk.used(run);
        int refusals = 0;
        for (boolean saved = false; !saved; room++) {
            CheckpointStore full = CheckpointStore.open(run, new FullDisk(run, room));
            try {
                full.save(2, files("new"));
                saved = true;
            } catch (CheckpointException e) {
                refusals++;
                assertThat(e).hasMessage(
                        "cannot save checkpoint " + folder("step-000002") + ": No space left on device");
                assertThat(names()).containsExactly("step-000001");
            }
            assertThat(content(newest(store))).isEqualTo(saved ? "new" : "old");
        }
        assertThat(refusals).isEqualTo(FullDisk.used(folder("step-000002")));
    }

    @Test
    void whatTheDiskChangedOnTheWayIsFound() {
        CheckpointStore bad = CheckpointStore.open(run, new FilteredStorage() {
            @Override
            public void write(Path file, FileContent content) throws IOException {
                super.write(file, content);
                if (file.endsWith("trainer_state.json")) {
                    byte[] bytes = Files.readAllBytes(file);
                    bytes[0] ^= 1;
                    Files.write(file, bytes);
                }
            }
        });
        bad.save(1, files("x"));
        List<String> skipped = new ArrayList<>();
        assertThat(store.newestVerified(skipped::add)).isEmpty();
        assertThat(skipped).singleElement().asString()
                .endsWith("trainer_state.json has another SHA-256 than was written");
    }

    @Test
    void laterCheckpointsAreSetAsideSoThatTheyPushNoGoodOneOut() throws IOException {
        for (long step = 1; step <= 4; step++) {
            store.save(step, files("content " + step));
        }
        assertThat(store.setAsideAfter(2))
                .containsExactly(folder("step-000003.set-aside"), folder("step-000004.set-aside"));
        assertThat(store.list()).extracting(Checkpoint::step).containsExactly(1L, 2L);
        store.save(3, files("again"));
        store.setAsideAfter(2);
        assertThat(folder("step-000003.set-aside/trainer_state.json")).hasContent("state again");
        store.prune(1, Set.of());
        assertThat(names()).containsExactly("step-000002", "step-000003.set-aside", "step-000004.set-aside");
        assertThat(store.setAsideAfter(-1)).hasSize(1);
    }

    @Test
    void theBestIsRepairedToWhatTheStateSays() {
        store.save(1, files("x"));
        store.save(2, files("x"));
        store.markBest(2);
        store.repairBest(Optional.of(1L));
        assertThat(store.best()).map(Checkpoint::step).contains(1L);
        store.repairBest(Optional.empty());
        assertThat(run.resolve("best")).doesNotExist();
        store.repairBest(Optional.empty());
    }

    @Test
    void aFolderThatIsGoneIsNotMadeAgain() throws IOException {
        Files.delete(run.resolve("checkpoints"));
        assertThatThrownBy(() -> store.save(1, files("x"))).isInstanceOf(CheckpointException.class)
                .hasMessageContaining(run.resolve("checkpoints") + " was moved or deleted");
        assertThat(run.resolve("checkpoints")).doesNotExist();
    }

    @Test
    void aProducerThatFailsLeavesNothingBehind() throws IOException {
        Map<String, FileContent> files = Map.of("a", out -> {
            FileContent.of("half").writeTo(out);
            throw new UncheckedIOException(new IOException("no more memory"));
        });
        assertThatThrownBy(() -> store.save(1, files)).isInstanceOf(UncheckedIOException.class);
        assertThat(names()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"manifest.json", "../a", ".a", "a/b", ""})
    void filesHavePlainNames(String name) {
        assertThatThrownBy(() -> store.save(1, Map.of(name, FileContent.of("x"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pruningKeepsTheNewestTheBestAndTheNamedOnes() throws IOException {
        for (long step = 1; step <= 6; step++) {
            store.save(step, files("x"));
        }
        store.markBest(2);
        store.prune(2, Set.of(3L));
        assertThat(names()).containsExactly("step-000002", "step-000003", "step-000005", "step-000006");
        store.prune(10, Set.of());
        assertThat(names()).hasSize(4);
    }

    @Test
    void wheneverPruningFailsWhatIsListedIsWhole() throws IOException {
        for (int changes = 0; changes < 3; changes++) {
            store.save(1, files("x"));
            store.save(2, files("x"));
            CheckpointStore faulty = CheckpointStore.open(run, new FaultyStorage(changes + 1, true));
            assertThatThrownBy(() -> faulty.prune(1, Set.of())).isInstanceOf(CheckpointException.class)
                    .hasMessage("cannot remove the old checkpoint " + folder("step-000001") + ": injected");
            for (Checkpoint checkpoint : CheckpointStore.open(run, Storage.files()).list()) {
                assertThat(Manifest.fault(checkpoint)).isEmpty();
            }
        }
    }

    @Test
    void bestIsARelativeLinkThatMovesWithTheRun(@TempDir Path elsewhere) throws IOException {
        assertThat(store.best()).isEmpty();
        store.save(1, files("x"));
        store.save(2, files("x"));
        store.markBest(1);
        store.markBest(2);
        assertThat(Files.readSymbolicLink(run.resolve("best"))).isEqualTo(Path.of("checkpoints/step-000002"));
        assertThat(store.best()).contains(new Checkpoint(2, folder("step-000002")));
        Path moved = Files.move(run, elsewhere.resolve("moved"));
        assertThat(moved.resolve("best/trainer_state.json")).exists();
        assertThat(CheckpointStore.view(moved).best()).map(Checkpoint::step).contains(2L);
        Files.createDirectory(run);
    }

    @Test
    void whereLinksAreImpossibleBestIsAFileThatNamesTheCheckpoint() throws IOException {
        Storage linkless = new LinklessStorage();
        CheckpointStore other = CheckpointStore.open(run, linkless);
        other.save(3, files("x"));
        other.markBest(3);
        assertThat(run.resolve("best")).isRegularFile().hasContent("checkpoints/step-000003");
        assertThat(other.best()).contains(new Checkpoint(3, folder("step-000003")));
        assertThat(CheckpointStore.locate(run.resolve("best"))).isEqualTo(
                run.resolve("best").toAbsolutePath().resolveSibling("checkpoints").resolve("step-000003"));
    }

    /** The changes are: opening the store, removing what is left of an earlier try, linking and renaming. */
    @Test
    void wheneverMarkingFailsTheOldBestStays() {
        store.save(1, files("x"));
        store.save(2, files("x"));
        store.markBest(1);
        for (int changes = 1; changes <= 3; changes++) {
            CheckpointStore faulty = CheckpointStore.open(run, new FaultyStorage(changes, true));
            assertThatThrownBy(() -> faulty.markBest(2)).isInstanceOf(CheckpointException.class);
            assertThat(store.best()).map(Checkpoint::step).contains(1L);
        }
        store.markBest(2);
        assertThat(store.best()).map(Checkpoint::step).contains(2L);
    }

    @Test
    void onlyAnExistingCheckpointCanBeTheBest() {
        assertThatThrownBy(() -> store.markBest(7)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("step-000007");
    }

    @Test
    void aRunStandsForItsBestCheckpointElseForItsNewest() {
        assertThatThrownBy(() -> CheckpointStore.locate(run)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining(run.toString());
        store.save(1, files("x"));
        store.save(2, files("x"));
        assertThat(CheckpointStore.locate(run)).isEqualTo(folder("step-000002"));
        store.markBest(1);
        assertThat(CheckpointStore.locate(run)).isEqualTo(folder("step-000001"));
        assertThat(CheckpointStore.locate(folder("step-000002"))).isEqualTo(folder("step-000002"));
    }

    @Test
    void aViewDisturbsNobodysWriting() throws IOException {
        Files.createDirectory(folder(".step-000003.tmp"));
        assertThat(CheckpointStore.view(run).list()).isEmpty();
        assertThat(names()).containsExactly(".step-000003.tmp");
        CheckpointStore.open(run, Storage.files());
        assertThat(names()).isEmpty();
    }
}
