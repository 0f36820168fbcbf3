package oneword.trainer.hub;

import static oneword.trainer.hub.FakeHub.body;
import static oneword.trainer.hub.FakeHub.dropAfter;
import static oneword.trainer.hub.FakeHub.file;
import static oneword.trainer.hub.FakeHub.ranges;
import static oneword.trainer.hub.FakeHub.sha256;
import static oneword.trainer.hub.FakeHub.status;
import static oneword.trainer.hub.HubFixture.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import oneword.trainer.TrainerException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that break and servers that lie: the content is right in the end, or there is none. */
class TransferTest {

    private static final int SIZE = 100_000;

    @TempDir
    private Path folder;
    private HubFixture fixture;
    private FakeHub.Reply whole;

    @BeforeEach
    void start() throws IOException {
        fixture = new HubFixture(folder);
        whole = ranges(fixture.weights, Map.of("ETag", "\"" + sha256(fixture.weights) + "\""));
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
    }

    private void arrivedEarlier(byte[] bytes) throws IOException {
        Files.createDirectories(fixture.partial(fixture.weights).getParent());
        Files.write(fixture.partial(fixture.weights), bytes);
    }

    private byte[] firstPart(int bytes) {
        return Arrays.copyOf(fixture.weights, bytes);
    }

    private List<String> askedRanges() {
        return fixture.hub.requests(WEIGHTS).stream().map(request -> request.headers().getOrDefault("range", "all"))
            .toList();
    }

    private void assertWhole() {
        assertThat(fixture.find().resolve("model.safetensors")).hasBinaryContent(fixture.weights);
        assertThat(fixture.partial(fixture.weights)).doesNotExist();
    }

    @Test
    void aConnectionThatBreaksSeveralTimesGoesOnWhereItBroke() {
        fixture.hub.next(WEIGHTS, dropAfter(30_000, whole), dropAfter(30_000, whole), dropAfter(20_000, whole));

        assertWhole();
        assertThat(askedRanges()).containsExactly("all", "bytes=30000-", "bytes=60000-", "bytes=80000-");
        assertThat(fixture.hub.requests(WEIGHTS).get(1).headers())
            .containsEntry("if-range", "\"" + sha256(fixture.weights) + "\"");
        assertThat(fixture.pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
    }

    @Test
    void aConnectionThatBreaksAgainAndAgainIsGivenUpAndWhatCameIsKept() {
        fixture.hub.next(WEIGHTS, dropAfter(30_000, whole)).always(WEIGHTS, dropAfter(0, whole));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("facebook/opt-tiny: model.safetensors: ").hasMessageContaining("after 5 attempts")
            .hasMessageContaining("What has arrived is kept");
        assertThat(fixture.partial(fixture.weights)).hasBinaryContent(firstPart(30_000));
        assertThat(fixture.snapshot().resolve("model.safetensors")).doesNotExist();

        fixture.hub.always(WEIGHTS, whole);
        assertWhole();
        assertThat(askedRanges()).last().isEqualTo("bytes=30000-");
    }

    @Test
    void failuresDoNotAddUpAsLongAsMegabytesArrive() {
        byte[] large = HubFixture.content(3, 8 << 20);
        FakeHub.Reply reply = ranges(large, Map.of("ETag", "\"" + sha256(large) + "\""));
        FakeHub.Reply drops = dropAfter((1 << 20) + 1, reply);
        fixture.hub.large("model.safetensors", large).next(WEIGHTS, drops, drops, drops, drops, drops, drops, drops);

        assertThat(fixture.find().resolve("model.safetensors")).hasBinaryContent(large);
        assertThat(askedRanges()).hasSize(8);
    }

    @Test
    void aServerThatAlwaysStartsAgainAndBreaksAtTheSamePlaceIsGivenUp() {
        byte[] large = HubFixture.content(3, 4 << 20);
        fixture.hub.large("model.safetensors", large)
            .always(WEIGHTS, dropAfter(2 << 20, body(200, large, "Content-Length: " + large.length)));

        assertThatThrownBy(fixture::find).hasMessageContaining("gave up");
        assertThat(askedRanges()).hasSizeLessThan(10);
    }

    @Test
    void whatArrivedInAnEarlierRunIsNotFetchedAgain() throws IOException {
        arrivedEarlier(firstPart(70_000));

        assertWhole();
        assertThat(askedRanges()).containsExactly("bytes=70000-");
        assertThat(fixture.lines).contains(
            "facebook/opt-tiny: model.safetensors: downloaded 0.1 MB, 0.1 MB of it earlier");
    }

    @Test
    void whatArrivedWhollyInAnEarlierRunIsOnlyChecked() throws IOException {
        arrivedEarlier(fixture.weights);

        assertWhole();
        assertThat(askedRanges()).isEmpty();
    }

    @Test
    void aPartLargerThanTheFileIsThrownAway() throws IOException {
        arrivedEarlier(new byte[SIZE + 1]);

        assertWhole();
        assertThat(askedRanges()).containsExactly("all");
    }

    @Test
    void aServerThatIgnoresRangesStartsAgain() throws IOException {
        arrivedEarlier(firstPart(70_000));
        fixture.hub.always(WEIGHTS, body(200, fixture.weights, "Content-Length: " + SIZE));

        assertWhole();
        assertThat(askedRanges()).containsExactly("bytes=70000-");
    }

    @Test
    void aHostWithEtagsOfItsOwnIsAskedForTheRestUnconditionally() throws IOException {
        arrivedEarlier(firstPart(70_000));
        fixture.hub.always(WEIGHTS, ranges(fixture.weights, Map.of("ETag", "\"a2747756ada135a5ec7c5ba5c4f9f3fc-9\"")));

        assertWhole();
        assertThat(askedRanges()).containsExactly("bytes=70000-", "bytes=70000-");
        assertThat(fixture.hub.requests(WEIGHTS).get(1).headers()).doesNotContainKey("if-range");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes 0-99999/100000", "bytes 70000-99999/200000", "bytes 70000-80000/100000",
        "bytes 70001-99999/100000", "bytes */100000", "nonsense"})
    void aPartThatIsNotTheOneAskedForIsNotBelieved(String contentRange) throws IOException {
        arrivedEarlier(firstPart(70_000));
        fixture.hub.next(WEIGHTS, body(206, new byte[30_000], "Content-Range: " + contentRange,
            "Content-Length: 30000"));

        assertWhole();
        assertThat(askedRanges()).containsExactly("bytes=70000-", "all");
    }

    @Test
    void aPartWithoutContentRangeIsNotBelieved() throws IOException {
        arrivedEarlier(firstPart(70_000));
        fixture.hub.next(WEIGHTS, body(206, new byte[30_000], "Content-Length: 30000"));

        assertWhole();
        assertThat(askedRanges()).containsExactly("bytes=70000-", "all");
    }

    @Test
    void aRangeThatIsRefusedIsAskedForAsAWhole() throws IOException {
        arrivedEarlier(firstPart(70_000));
        fixture.hub.next(WEIGHTS, status(416, "Content-Range: bytes */10"));

        assertWhole();
        assertThat(askedRanges()).containsExactly("bytes=70000-", "all");
    }

    @Test
    void aBodyAnnouncedAsShorterIsRefusedAndWhatCameEarlierKept() throws IOException {
        arrivedEarlier(firstPart(70_000));
        fixture.hub.always(WEIGHTS, body(200, new byte[50], "Content-Length: 50"));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("localhost announces 50 bytes where the hub says 100000");
        assertThat(fixture.partial(fixture.weights)).hasBinaryContent(firstPart(70_000));
    }

    @Test
    void aBodyAnnouncedAsLongerIsRefused() {
        fixture.hub.always(WEIGHTS, body(200, new byte[SIZE + 1], "Content-Length: " + (SIZE + 1)));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("announces 100001 bytes where the hub says 100000");
    }

    @Test
    void aBodyThatEndsEarlyWithoutAnAnnouncementIsGoneOnWith() {
        fixture.hub.next(WEIGHTS, body(200, firstPart(40_000)));

        assertWhole();
        assertThat(askedRanges()).containsExactly("all", "bytes=40000-");
    }

    @Test
    void aBodyThatDoesNotEndIsCutOffAndThrownAway() {
        fixture.hub.next(WEIGHTS, (request, out) -> {
            body(200, fixture.weights).write(request, out);
            while (true) {
                out.write(new byte[1 << 16]);
            }
        });

        assertWhole();
        assertThat(askedRanges()).containsExactly("all", "all");
        assertThat(fixture.lines).anyMatch(line -> line.contains("more bytes came than the 100000 there should be"));
    }

    @Test
    void aWrongChecksumIsAnsweredByOneMoreDownload() {
        fixture.hub.next(WEIGHTS, body(200, new byte[SIZE]));

        assertWhole();
        assertThat(askedRanges()).containsExactly("all", "all");
    }

    @Test
    void aDamagedPartFromAnEarlierRunIsReplaced() throws IOException {
        arrivedEarlier(new byte[70_000]);

        assertWhole();
        assertThat(askedRanges()).containsExactly("bytes=70000-", "all");
    }

    @Test
    void aChecksumThatStaysWrongIsAnErrorWithBothHashesAndNothingIsKept() {
        fixture.hub.always(WEIGHTS, body(200, new byte[SIZE]));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("facebook/opt-tiny: model.safetensors: wrong checksum, twice: expected SHA-256 "
                + sha256(fixture.weights) + ", found " + sha256(new byte[SIZE]));
        assertThat(askedRanges()).hasSize(2);
        assertThat(fixture.partial(fixture.weights)).doesNotExist();
        assertThat(fixture.blob(fixture.weights)).doesNotExist();
        assertThat(fixture.snapshot().resolve("model.safetensors")).doesNotExist();
    }

    @Test
    void aSmallFileIsCheckedToo() {
        fixture.hub.always("GET " + file("vocab.json"), body(200, new byte[2]));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("vocab.json: wrong checksum, twice: expected git blob SHA-1");
    }

    @Test
    void aServerThatFallsSilentIsLeftAndAskedAgain() {
        fixture.patience = new Patience(Duration.ofSeconds(5), Duration.ofMillis(300), 5, Duration.ofSeconds(1),
            Duration.ofSeconds(60), fixture.pauses::add);
        CountDownLatch done = new CountDownLatch(1);
        FakeHub.Reply silentInTheBody = (request, out) -> {
            dropAfter(30_000, whole).write(request, out);
            out.flush();
            await(done);
        };
        FakeHub.Reply silentAtOnce = (request, out) -> await(done);
        fixture.hub.next(WEIGHTS, silentInTheBody, silentAtOnce);

        assertWhole();
        done.countDown();
        assertThat(askedRanges()).containsExactly("all", "bytes=30000-", "bytes=30000-");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aFullDiskIsSaidAtOnceAndNothingCountsAsComplete() throws IOException {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "there is no /dev/full here");
        Files.createDirectories(fixture.partial(fixture.weights).getParent());
        Files.createSymbolicLink(fixture.partial(fixture.weights), full);

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("model.safetensors: cannot be written to the cache: No space left on device")
            .hasMessageContaining("HF_HUB_CACHE");
        assertThat(fixture.pauses).isEmpty();
        assertThat(fixture.blob(fixture.weights)).doesNotExist();
        assertThat(fixture.snapshot().resolve("model.safetensors")).doesNotExist();
        assertThat(fixture.repository().resolve("refs")).doesNotExist();
        Files.delete(fixture.partial(fixture.weights));
    }

    @Test
    void anInterruptedThreadStopsAndKeepsWhatCame() {
        fixture.patience = new Patience(Duration.ofSeconds(5), Duration.ofSeconds(20), 5, Duration.ofSeconds(1),
            Duration.ofSeconds(60), pause -> {
                throw new InterruptedException();
            });
        fixture.hub.next(WEIGHTS, dropAfter(30_000, whole));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class).hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(fixture.partial(fixture.weights)).hasBinaryContent(firstPart(30_000));
    }
}
