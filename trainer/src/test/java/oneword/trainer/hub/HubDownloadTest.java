package oneword.trainer.hub;

import static oneword.trainer.hub.FakeHub.COMMIT;
import static oneword.trainer.hub.FakeHub.ID;
import static oneword.trainer.hub.FakeHub.file;
import static oneword.trainer.hub.FakeHub.gitHash;
import static oneword.trainer.hub.FakeHub.sha256;
import static oneword.trainer.hub.FakeHub.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import oneword.trainer.TrainerException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a download asks for and what it leaves in the cache. */
class HubDownloadTest {

    @TempDir
    private Path folder;
    private HubFixture fixture;

    @BeforeEach
    void start() throws IOException {
        fixture = new HubFixture(folder);
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theCacheHasHuggingFacesLayout() throws IOException {
        byte[] config = "{\"model_type\":\"opt\"}".getBytes(StandardCharsets.UTF_8);

        Path found = fixture.find();

        assertThat(found).isEqualTo(fixture.snapshot());
        assertThat(names(found)).containsExactly("config.json", "merges.txt", "model.safetensors", "vocab.json");
        assertThat(Files.readSymbolicLink(found.resolve("config.json"))).hasToString("../../blobs/" + gitHash(config));
        assertThat(Files.readSymbolicLink(found.resolve("model.safetensors")))
            .hasToString("../../blobs/" + sha256(fixture.weights));
        assertThat(found.resolve("model.safetensors")).hasBinaryContent(fixture.weights);
        assertThat(found.resolve("config.json")).hasBinaryContent(config);
        assertThat(fixture.repository().resolve("refs/main")).hasContent(COMMIT);
        assertThat(names(fixture.repository().resolve("blobs"))).hasSize(4)
            .allMatch(name -> name.matches("\\p{XDigit}+"));
    }

    @Test
    void theSecondTimeNothingIsAsked() {
        Path first = fixture.find();
        int requests = fixture.hub.requests().size();

        assertThat(fixture.find()).isEqualTo(first);
        assertThat(fixture.locator().find(ID, COMMIT)).isEqualTo(first);
        assertThat(fixture.hub.requests()).hasSize(requests);
    }

    @Test
    void onlyWhatMakesAModelIsFetchedAndTheWeightsLast() throws IOException {
        fixture.hub.small("tokenizer.json", "{\"model\":{}}").small("modeling_evil.py", "import os")
            .small("README.md", "#").small("tf_model.h5", "")
            .small("flax_model.msgpack", "").small("pytorch_model.bin", "")
            .small("onnx/config.json", "{}");

        fixture.find();

        assertThat(names(fixture.snapshot())).containsExactly("config.json", "merges.txt", "model.safetensors",
            "tokenizer.json", "vocab.json");
        assertThat(fixture.hub.requests()).hasSize(12).last().hasToString("GET /cdn/model.safetensors");
    }

    @Test
    void shardsAreThoseThatTheIndexNames() throws IOException {
        try (HubFixture sharded = new HubFixture(folder.resolve("sharded"))) {
            FakeHub hub = sharded.hub;
            byte[] one = HubFixture.content(1, 5000);
            byte[] two = HubFixture.content(2, 6000);
            hub.small("model.safetensors.index.json", "{\"metadata\":{},\"weight_map\":{"
                + "\"a\":\"model-00001.safetensors\",\"b\":\"model-00002.safetensors\","
                + "\"c\":\"model-00001.safetensors\"}}");
            hub.large("model-00001.safetensors", one).large("model-00002.safetensors", two)
                .large("model-00003.safetensors", one);
            hub.lists("main", "config.json", "model.safetensors.index.json", "model-00001.safetensors",
                "model-00002.safetensors", "model-00003.safetensors");

            Path found = sharded.find();

            assertThat(names(found)).containsExactly("config.json", "model-00001.safetensors",
                "model-00002.safetensors", "model.safetensors.index.json");
            assertThat(found.resolve("model-00002.safetensors")).hasBinaryContent(two);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../../evil.safetensors", "/tmp/evil.safetensors", "C:evil.safetensors",
        "a\\\\evil.safetensors", ".evil.safetensors", "evil.py", ""})
    void anIndexThatNamesSomethingElseThanWeightsBesideItIsRefused(String shard) {
        fixture.hub.small("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"" + shard + "\"}}");
        fixture.hub.lists("main", "config.json", "model.safetensors.index.json");

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("weight_map: expected the plain name of a .safetensors file");
        assertThat(fixture.repository().resolve("refs/main")).doesNotExist();
    }

    @Test
    void anIndexMayNotNameAFileThatTheRepositoryLacks() {
        fixture.hub.small("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"model-1.safetensors\"}}");
        fixture.hub.lists("main", "config.json", "model.safetensors.index.json");

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("names model-1.safetensors, which the repository does not hold");
    }

    @Test
    void aSnapshotThatPythonLeftIncompleteIsCompleted() throws IOException {
        byte[] config = "{\"model_type\":\"opt\"}".getBytes(StandardCharsets.UTF_8);
        Files.createDirectories(fixture.snapshot());
        Files.createDirectories(fixture.repository().resolve("blobs"));
        Files.createDirectories(fixture.repository().resolve("refs"));
        Files.write(fixture.repository().resolve("blobs").resolve(gitHash(config)), config);
        Files.createSymbolicLink(fixture.snapshot().resolve("config.json"), Path.of("../../blobs", gitHash(config)));
        Files.writeString(fixture.repository().resolve("refs/main"), COMMIT);

        Path found = fixture.find();

        assertThat(found.resolve("model.safetensors")).hasBinaryContent(fixture.weights);
        assertThat(fixture.hub.requests("GET " + file("config.json"))).isEmpty();
    }

    @Test
    void aBranchWithSlashesHasItsRefInFolders() {
        fixture.hub.lists("refs%2Fpr%2F3", "config.json", "model.safetensors");

        fixture.locator().find(ID, "refs/pr/3");

        assertThat(fixture.repository().resolve("refs/refs/pr/3")).hasContent(COMMIT);
    }

    @Test
    void aCommitNeedsNoRef() {
        fixture.locator().find(ID, COMMIT);

        assertThat(fixture.repository().resolve("refs")).doesNotExist();
    }

    @Test
    void whereLinksAreForbiddenTheSnapshotHoldsTheContentItself() {
        fixture.environment.put("HF_HUB_DISABLE_SYMLINKS", "1");

        Path weights = fixture.find().resolve("model.safetensors");

        assertThat(weights).isRegularFile().hasBinaryContent(fixture.weights);
        assertThat(Files.isSymbolicLink(weights)).isFalse();
    }

    @Test
    void anEmptyFileIsAFile() {
        fixture.hub.small("merges.txt", "");

        assertThat(fixture.find().resolve("merges.txt")).isEmptyFile();
    }

    @Test
    void aFileWhoseSizeNobodyTellsIsFetchedToTheEndOfTheConnection() {
        String etag = "ETag: \"" + sha256(fixture.weights) + "\"";
        fixture.hub.always("HEAD " + file("model.safetensors"), status(200, etag, "X-Repo-Commit: " + COMMIT));
        fixture.hub.always("GET " + file("model.safetensors"), FakeHub.body(200, fixture.weights, etag));

        assertThat(fixture.find().resolve("model.safetensors")).hasBinaryContent(fixture.weights);
    }

    @Test
    void progressGoesFromNothingToAllAndEachFileHasALine() {
        List<Long> done = new ArrayList<>();
        List<Long> total = new ArrayList<>();

        fixture.locator((file, now, all) -> {
            if (file.equals("model.safetensors")) {
                done.add(now);
                total.add(all);
            }
        }).find(ID, "main");

        assertThat(done).isSorted().startsWith(0L).endsWith(100_000L);
        assertThat(total).containsOnly(100_000L);
        assertThat(fixture.lines).filteredOn(line -> line.startsWith(ID)).containsExactly(
            ID + ": config.json: downloaded 0.0 MB", ID + ": vocab.json: downloaded 0.0 MB",
            ID + ": merges.txt: downloaded 0.0 MB", ID + ": model.safetensors: downloaded 0.1 MB");
    }

    @Test
    void twoAtOnceFetchEachFileOnce() {
        CompletableFuture<Path> other = CompletableFuture.supplyAsync(fixture::find);
        Path found = fixture.find();

        assertThat(other.join()).isEqualTo(found);
        assertThat(fixture.hub.requests("GET /cdn/model.safetensors")).hasSize(1);
        assertThat(found.resolve("model.safetensors")).hasBinaryContent(fixture.weights);
    }

    @Test
    void aFileLargerThanTheDiskIsRefusedBeforeItStarts() {
        fixture.hub.always("HEAD " + file("model.safetensors"), status(302, "Location: " + fixture.hub.url() + "/cdn/x",
            "X-Linked-Etag: \"" + sha256(fixture.weights) + "\"", "X-Linked-Size: 900000000000000000"))
            .always("HEAD /cdn/x", status(200));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("model.safetensors: needs 900000000000.0 MB").hasMessageContaining("HF_HUB_CACHE");
        assertThat(fixture.hub.requests("GET " + file("model.safetensors"))).isEmpty();
    }
}
