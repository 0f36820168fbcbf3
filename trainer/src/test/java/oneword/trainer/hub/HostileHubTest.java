package oneword.trainer.hub;

import static oneword.trainer.hub.FakeHub.file;
import static oneword.trainer.hub.FakeHub.gitHash;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import oneword.trainer.TrainerException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub that sends too much, and links that somebody put where a download will write. */
class HostileHubTest {

    private static final byte[] CONFIG = "{\"model_type\":\"opt\"}".getBytes(StandardCharsets.UTF_8);

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

    @Test
    void aConfigurationIsNotTakenWhateverItsSize() {
        fixture.hub.always("HEAD " + file("config.json"), FakeHub.status(200, "ETag: \"" + gitHash(CONFIG) + "\"",
            "Content-Length: 300000000"));
        fixture.hub.always("GET " + file("config.json"), FakeHub.status(200, "Content-Length: 300000000"));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("facebook/opt-tiny: config.json: has more than 268435456 bytes");
    }

    @Test
    void aConfigurationOfUnknownLengthIsNotTakenWithoutEnd() {
        byte[] megabyte = new byte[1 << 20];
        Arrays.fill(megabyte, (byte) ' ');
        fixture.hub.always("HEAD " + file("config.json"), FakeHub.status(200, "ETag: \"" + gitHash(CONFIG) + "\""));
        fixture.hub.always("GET " + file("config.json"), (request, out) -> {
            FakeHub.status(200).write(request, out);
            for (int i = 0; i < 300; i++) {
                out.write(megabyte);
            }
        });

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("facebook/opt-tiny: config.json: has more than 268435456 bytes");
    }

    @Test
    void whatIsDownloadedGoesThroughNoLink() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "precious");
        Path blobs = Files.createDirectories(fixture.repository().resolve("blobs"));
        Files.createSymbolicLink(blobs.resolve(gitHash(CONFIG) + ".incomplete"), victim);

        assertThat(fixture.find().resolve("config.json")).hasBinaryContent(CONFIG);
        assertThat(victim).hasContent("precious");
    }
}
