package oneword.trainer.hub;

import static oneword.trainer.hub.FakeHub.body;
import static oneword.trainer.hub.FakeHub.dropAfter;
import static oneword.trainer.hub.FakeHub.ranges;
import static oneword.trainer.hub.FakeHub.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import oneword.trainer.TrainerException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebDownloadTest {

    private static final Patience PATIENCE = new Patience(Duration.ofSeconds(5), Duration.ofSeconds(5), 3,
        Duration.ofSeconds(1), Duration.ofSeconds(1), pause -> { });

    @TempDir
    private Path folder;
    private FakeHub server;
    private final byte[] content = new byte[50_000];
    private final List<String> lines = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = new FakeHub();
        new Random(3).nextBytes(content);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Path fetch(Map<String, String> environment, URI address, long limit) throws InterruptedException {
        Path target = folder.resolve("file");
        new WebDownload(environment, lines::add, DownloadProgress.NONE, PATIENCE).fetch(address, target, limit);
        return target;
    }

    private URI address(String path) {
        return URI.create(server.url() + path);
    }

    @Test
    void aBrokenConnectionIsTakenUpWhereItEnded() throws Exception {
        FakeHub.Reply whole = ranges(content, Map.of("ETag", "\"v1\""));
        server.always("GET /a.zip", whole).next("GET /a.zip", dropAfter(20_000, whole), dropAfter(9_000, whole));

        assertThat(fetch(Map.of(), address("/a.zip"), 1 << 20)).hasBinaryContent(content);

        assertThat(server.requests("GET /a.zip")).extracting(request -> request.headers().get("range"))
            .containsExactly(null, "bytes=20000-", "bytes=29000-");
        assertThat(lines).hasSize(2).allMatch(line -> line.contains("trying again"));
    }

    @Test
    void aFileThatChangesMeanwhileIsFetchedFromItsStart() throws Exception {
        byte[] older = new byte[40_000];
        server.always("GET /a.zip", ranges(content, Map.of("ETag", "\"v2\"")))
            .next("GET /a.zip", dropAfter(20_000, ranges(older, Map.of("ETag", "\"v1\""))));

        assertThat(fetch(Map.of(), address("/a.zip"), 1 << 20)).hasBinaryContent(content);
    }

    @Test
    void withoutAnETagItStartsAgain() throws Exception {
        server.always("GET /a.zip", ranges(content, Map.of()))
            .next("GET /a.zip", dropAfter(20_000, ranges(content, Map.of())), status(503));

        assertThat(fetch(Map.of(), address("/a.zip"), 1 << 20)).hasBinaryContent(content);
        assertThat(server.requests("GET /a.zip")).allSatisfy(
            request -> assertThat(request.headers()).doesNotContainKey("range"));
    }

    @Test
    void aFileThatAlwaysEndsTooEarlyIsNotTakenForWhole() {
        server.always("GET /a.zip", dropAfter(0, ranges(content, Map.of("ETag", "\"v1\""))));

        assertThatThrownBy(() -> fetch(Map.of(), address("/a.zip"), 1 << 20)).isInstanceOf(TrainerException.class)
            .hasMessageContainingAll(server.url() + "/a.zip", "gave up after 3 attempts");
    }

    @Test
    void refusalsAndExcessAreTold() {
        server.always("GET /big", body(200, content)).always("GET /closed", status(403));

        assertThatThrownBy(() -> fetch(Map.of(), address("/no.zip"), 1 << 20)).isInstanceOf(TrainerException.class)
            .hasMessageContainingAll(server.url() + "/no.zip", "404", "no longer there");
        assertThatThrownBy(() -> fetch(Map.of(), address("/closed"), 1 << 20)).isInstanceOf(TrainerException.class)
            .hasMessageContaining("answers 403");
        assertThatThrownBy(() -> fetch(Map.of(), address("/big"), 49_999)).isInstanceOf(TrainerException.class)
            .hasMessageContaining("more than the 49999 bytes");
    }

    @Test
    void theHubsFilesComeFromTheEndpointWithTheTokenAndOthersWithout() throws Exception {
        server.always("GET /datasets/d/resolve/main/x.tar", body(200, content)).always("GET /y", body(200, content));
        Map<String, String> environment = Map.of("HF_ENDPOINT", server.url(), "HF_TOKEN", "hf_secret");

        fetch(environment, URI.create("https://huggingface.co/datasets/d/resolve/main/x.tar"), 1 << 20);
        fetch(environment, URI.create(server.cdnUrl() + "/y"), 1 << 20);

        assertThat(server.requests("GET /datasets/d/resolve/main/x.tar").get(0).headers())
            .containsEntry("authorization", "Bearer hf_secret");
        assertThat(server.requests("GET /y").get(0).headers()).doesNotContainKey("authorization");
    }

    @Test
    void offlineNothingIsAsked() throws IOException {
        assertThatThrownBy(() -> fetch(Map.of("HF_HUB_OFFLINE", "1"), address("/a.zip"), 1))
            .isInstanceOf(TrainerException.class).hasMessageContainingAll("/a.zip", "HF_HUB_OFFLINE is set");
        assertThat(server.requests()).isEmpty();
        assertThat(Files.exists(folder.resolve("file"))).isFalse();
    }
}
