package oneword.trainer.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import oneword.trainer.TrainerException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where models are found, and what never needs the network. */
class ModelLocatorTest {

    @TempDir
    private Path folder;
    private HubFixture fixture;

    @BeforeEach
    void start() throws IOException {
        fixture = new HubFixture(folder);
    }

    @AfterEach
    void nothingWasAsked() throws IOException {
        fixture.close();
        assertThat(fixture.hub.requests()).isEmpty();
    }

    private Path cachedSnapshot(String... files) throws IOException {
        Path snapshot = Files.createDirectories(fixture.snapshot());
        for (String file : files) {
            Files.writeString(snapshot.resolve(file), "{}");
        }
        Files.createDirectories(fixture.repository().resolve("refs"));
        Files.writeString(fixture.repository().resolve("refs/main"), FakeHub.COMMIT);
        return snapshot;
    }

    @Test
    void aFolderInTheWorkingDirectoryComesBeforeOneInOnewordsOwn() throws IOException {
        Path own = Files.createDirectories(folder.resolve("oneword/models/opt-mini"));
        assertThat(fixture.locator().find("models/opt-mini", "main")).isEqualTo(own);

        Path here = Files.createDirectories(folder.resolve("work/models/opt-mini"));
        assertThat(fixture.locator().find("models/opt-mini", "main")).isEqualTo(here);
        assertThat(fixture.locator().find(own.toString(), "main")).isEqualTo(own);
    }

    @Test
    void aSnapshotWhoseLinksLeadOutOfTheCacheIsRefused() throws IOException {
        Path snapshot = cachedSnapshot("model.safetensors");
        Path elsewhere = Files.writeString(folder.resolve("elsewhere.json"), "{}");
        Files.createSymbolicLink(snapshot.resolve("config.json"), elsewhere);

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining(snapshot.resolve("config.json").toString()).hasMessageContaining(elsewhere.toString())
            .hasMessageContaining("outside of the cache");
    }

    @Test
    void blobsMayLieOnAnotherDisk() throws IOException {
        Path snapshot = cachedSnapshot("model.safetensors");
        Path disk = Files.createDirectories(folder.resolve("disk"));
        Files.writeString(disk.resolve("5f2c"), "{}");
        Files.createSymbolicLink(fixture.repository().resolve("blobs"), disk);
        Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/5f2c"));

        assertThat(fixture.find()).isEqualTo(snapshot);
    }

    @Test
    void aFolderNamedLikeAHubIdIsTheFolder() throws IOException {
        Path here = Files.createDirectories(folder.resolve("work").resolve(FakeHub.ID));

        assertThat(fixture.find()).isEqualTo(here);
    }

    @Test
    void aModelInTheCacheIsFoundByBranchAndByCommit() throws IOException {
        Path snapshot = cachedSnapshot("config.json", "pytorch_model.bin");

        assertThat(fixture.find()).isEqualTo(snapshot);
        assertThat(fixture.locator().find(FakeHub.ID, FakeHub.COMMIT)).isEqualTo(snapshot);
    }

    @Test
    void whatWouldBeDownloadedIsNotHereAndNothingIsAsked() throws IOException {
        assertThat(fixture.locator().findHere(FakeHub.ID, "main")).isEmpty();
        assertThatThrownBy(() -> fixture.locator().findHere("opt-mini", "main")).isInstanceOf(TrainerException.class)
            .hasMessageContaining("no such folder");

        Path snapshot = cachedSnapshot("config.json", "pytorch_model.bin");
        assertThat(fixture.locator().findHere(FakeHub.ID, "main")).contains(snapshot);
    }

    @Test
    void aNameThatIsNoHubIdIsNotLookedUpThere() {
        assertThatThrownBy(() -> fixture.locator().find("opt-mini", "main")).isInstanceOf(TrainerException.class)
            .hasMessage("model opt-mini: no such folder; looked for " + folder.resolve("work/opt-mini") + " or "
                + folder.resolve("oneword/opt-mini"));
        assertThatThrownBy(() -> fixture.locator().find("../../etc", "main")).isInstanceOf(TrainerException.class);
        assertThatThrownBy(() -> fixture.locator().find("a\0b", "main")).isInstanceOf(TrainerException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../main", "a/../../b", "/etc", "a//b", "main/", "", "a b"})
    void aRevisionThatIsNoneIsRefused(String revision) {
        assertThatThrownBy(() -> fixture.locator().find(FakeHub.ID, revision)).isInstanceOf(TrainerException.class)
            .hasMessage("model.revision: '" + revision + "' is not a branch, tag or commit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"})
    void offlineNothingIsDownloaded(String variable) {
        fixture.environment.put(variable, "1");

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("facebook/opt-tiny").hasMessageContaining(variable + " forbids the download")
            .hasMessageContaining(folder.resolve("cache").toString());
    }

    @Test
    void offlineAnIncompleteSnapshotIsNamedWithWhatItLacks() throws IOException {
        fixture.environment.put("HF_HUB_OFFLINE", "1");
        cachedSnapshot("config.json");
        assertThatThrownBy(fixture::find).hasMessageContaining("no weights");

        cachedSnapshot("pytorch_model.bin.index.json");
        Files.writeString(fixture.snapshot().resolve("pytorch_model.bin.index.json"),
            "{\"weight_map\":{\"a\":\"pytorch_model-00001-of-00002.bin\",\"b\":\"pytorch_model-00002-of-00002.bin\"}}");
        Files.writeString(fixture.snapshot().resolve("pytorch_model-00001-of-00002.bin"), "");
        assertThatThrownBy(fixture::find).hasMessageContaining("no pytorch_model-00002-of-00002.bin");
    }

    @Test
    void aLinkWithoutItsBlobIsNoFile() throws IOException {
        fixture.environment.put("HF_HUB_OFFLINE", "1");
        cachedSnapshot("config.json");
        Files.createSymbolicLink(fixture.snapshot().resolve("model.safetensors"), Path.of("../../blobs/gone"));

        assertThatThrownBy(fixture::find).hasMessageContaining("no weights");
    }

    @Test
    void noTokenShowsInItsText() {
        fixture.environment.put("HF_TOKEN", "hf_secret");

        assertThat(fixture.locator().toString()).doesNotContain("hf_secret");
    }
}
