package oneword.trainer.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** A fake hub with a small model, an empty cache, and a locator between them that never really sleeps. */
final class HubFixture implements AutoCloseable {

    static final String WEIGHTS = "GET /cdn/model.safetensors";

    final FakeHub hub = new FakeHub();
    final byte[] weights = content(7, 100_000);
    final Map<String, String> environment = new HashMap<>();
    final List<String> lines = new CopyOnWriteArrayList<>();
    final List<Duration> pauses = new CopyOnWriteArrayList<>();
    final Path folder;
    Patience patience = new Patience(Duration.ofSeconds(5), Duration.ofSeconds(20), 5, Duration.ofSeconds(1),
        Duration.ofSeconds(60), pauses::add);

    HubFixture(Path folder) throws IOException {
        this.folder = folder;
        environment.put("HF_HUB_CACHE", folder.resolve("cache").toString());
        environment.put("HF_HOME", folder.resolve("home").toString());
        environment.put("HF_ENDPOINT", hub.url());
        hub.small("config.json", "{\"model_type\":\"opt\"}").small("vocab.json", "{}").small("merges.txt", "#version\n")
            .large("model.safetensors", weights);
    }

    static byte[] content(long seed, int size) {
        byte[] content = new byte[size];
        new Random(seed).nextBytes(content);
        return content;
    }

    ModelLocator locator() {
        return locator(DownloadProgress.NONE);
    }

    ModelLocator locator(DownloadProgress progress) {
        return new ModelLocator(folder.resolve("work"), folder.resolve("oneword"), environment, lines::add, progress,
            patience);
    }

    Path find() {
        return locator().find(FakeHub.ID, "main");
    }

    Path repository() {
        return folder.resolve("cache").resolve("models--facebook--opt-tiny");
    }

    Path snapshot() {
        return repository().resolve("snapshots").resolve(FakeHub.COMMIT);
    }

    Path blob(byte[] content) {
        return repository().resolve("blobs").resolve(FakeHub.sha256(content));
    }

    Path partial(byte[] content) {
        return repository().resolve("blobs").resolve(FakeHub.sha256(content) + ".incomplete");
    }

    @Override
    public void close() throws IOException {
        hub.close();
    }
}
