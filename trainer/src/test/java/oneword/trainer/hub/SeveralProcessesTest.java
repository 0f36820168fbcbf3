package oneword.trainer.hub;

import static oneword.trainer.hub.FakeHub.dropAfter;
import static oneword.trainer.hub.FakeHub.ranges;
import static oneword.trainer.hub.FakeHub.sha256;
import static oneword.trainer.hub.HubFixture.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process that is told to end in the middle of a download, and two that want the same file. */
class SeveralProcessesTest {

    @TempDir
    private Path folder;

    /** What the other process runs: folder, then the endpoint. */
    static final class Child {

        private Child() { }

        public static void main(String[] arguments) {
            new ModelLocator(Path.of(arguments[0]), Path.of(arguments[0]),
                Map.of("HF_HUB_CACHE", arguments[0] + "/cache", "HF_ENDPOINT", arguments[1], "HF_HOME", arguments[0]))
                .find(FakeHub.ID, "main");
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130", "KILL, 137"})
    void theNextProcessGoesOnWhereItStopped(String signal, int code) throws IOException, InterruptedException {
        assumeFalse(signal.equals("INT") && ignoresInterrupts(), "a background job's children ignore SIGINT");
        try (HubFixture fixture = new HubFixture(folder)) {
            FakeHub.Reply whole = ranges(fixture.weights, Map.of("ETag", "\"" + sha256(fixture.weights) + "\""));
            CountDownLatch ended = new CountDownLatch(1);
            fixture.hub.next(WEIGHTS, (request, out) -> {
                dropAfter(30_000, whole).write(request, out);
                out.flush();
                awaitEnd(ended);
            });
            Process child = startCommand(fixture);
            try {
                while (child.isAlive() && !hasBytes(fixture.partial(fixture.weights), 30_000)) {
                    child.waitFor(20, TimeUnit.MILLISECONDS);
                }
                new ProcessBuilder("kill", "-" + signal, Long.toString(child.pid())).start().waitFor();
                assertThat(child.waitFor()).isEqualTo(code);
            } finally {
                child.destroyForcibly();
                ended.countDown();
            }
            assertThat(folder.resolve("said")).content().doesNotContain("Exception", "\tat ");
            assertThat(fixture.partial(fixture.weights)).hasBinaryContent(Arrays.copyOf(fixture.weights, 30_000));
            assertThat(fixture.snapshot().resolve("model.safetensors")).doesNotExist();

            assertThat(fixture.find().resolve("model.safetensors")).hasBinaryContent(fixture.weights);
            assertThat(fixture.hub.requests(WEIGHTS)).last()
                .satisfies(request -> assertThat(request.headers()).containsEntry("range", "bytes=30000-"));
        }
    }

    @Test
    void aFileThatAnotherProcessDownloadsIsWaitedFor() throws IOException, InterruptedException {
        try (HubFixture fixture = new HubFixture(folder)) {
            FakeHub.Reply whole = ranges(fixture.weights, Map.of("ETag", "\"" + sha256(fixture.weights) + "\""));
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch otherWaits = new CountDownLatch(1);
            fixture.hub.next(WEIGHTS, (request, out) -> {
                asked.countDown();
                awaitEnd(otherWaits);
                whole.write(request, out);
            });
            fixture.patience = new Patience(Duration.ofSeconds(5), Duration.ofSeconds(20), 5, Duration.ofSeconds(1),
                Duration.ofSeconds(60), pause -> {
                    otherWaits.countDown();
                    Thread.sleep(20);
                });
            Process child = startChild(fixture);
            try {
                assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();
                assertThat(fixture.find().resolve("model.safetensors")).hasBinaryContent(fixture.weights);
                assertThat(child.waitFor()).isZero();
            } finally {
                otherWaits.countDown();
                child.destroyForcibly();
            }
            assertThat(fixture.hub.requests(WEIGHTS)).hasSize(1);
            assertThat(fixture.lines).contains("facebook/opt-tiny: model.safetensors: waiting for another process that"
                + " downloads it", "facebook/opt-tiny: model.safetensors: in the cache");
        }
    }

    /** Whether SIGINT is ignored here, which children inherit: so it is in background jobs of a shell without jobs. */
    private static boolean ignoresInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status) && Files.readAllLines(status).stream().filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1 << 1) != 0);
    }

    /** The command line itself, which downloads the model before anything else. */
    private Process startCommand(HubFixture fixture) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), "oneword.trainer.cli.Main",
            "embed", "--model", FakeHub.ID,
            "--input", Files.writeString(folder.resolve("in.txt"), "A dog runs.\n").toString(),
            "--output", folder.resolve("out.npy").toString())
            .redirectErrorStream(true).redirectOutput(folder.resolve("said").toFile());
        builder.environment().putAll(fixture.environment);
        builder.environment().remove("HF_HUB_OFFLINE");
        return builder.start();
    }

    private Process startChild(HubFixture fixture) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
            System.getProperty("java.class.path"), Child.class.getName(), folder.toString(), fixture.hub.url())
            .redirectErrorStream(true).redirectOutput(folder.resolve("said").toFile()).start();
    }

    private static boolean hasBytes(Path file, long bytes) throws IOException {
        return Files.exists(file) && Files.size(file) >= bytes;
    }

    private static void awaitEnd(CountDownLatch ended) {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
