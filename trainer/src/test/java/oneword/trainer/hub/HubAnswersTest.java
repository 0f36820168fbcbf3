package oneword.trainer.hub;

import static oneword.trainer.hub.FakeHub.COMMIT;
import static oneword.trainer.hub.FakeHub.ID;
import static oneword.trainer.hub.FakeHub.body;
import static oneword.trainer.hub.FakeHub.file;
import static oneword.trainer.hub.FakeHub.listing;
import static oneword.trainer.hub.FakeHub.sha256;
import static oneword.trainer.hub.FakeHub.status;
import static oneword.trainer.hub.HubFixture.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import oneword.trainer.TrainerException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets the token, which redirects are followed, and what the user reads when the hub says no. */
class HubAnswersTest {

    private static final String LISTING = "GET " + listing("main");

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

    private String everythingSaid(Throwable failure) {
        StringBuilder said = new StringBuilder(String.join("\n", fixture.lines));
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            said.append(cause).append(List.of(cause.getSuppressed()));
        }
        return said.toString();
    }

    @Test
    void theTokenGoesToTheEndpointAndToNoOtherHost() {
        fixture.environment.put("HF_TOKEN", "hf_secret");

        fixture.find();

        assertThat(fixture.hub.requests()).filteredOn(request -> !request.path().startsWith("/cdn/")).hasSize(9)
            .allSatisfy(request -> assertThat(request.headers()).containsEntry("authorization", "Bearer hf_secret"));
        assertThat(fixture.hub.requests(WEIGHTS)).hasSize(1)
            .allSatisfy(request -> assertThat(request.headers()).doesNotContainKey("authorization"));
        assertThat(everythingSaid(null)).doesNotContain("hf_secret");
    }

    @Test
    void theTokenDoesNotFollowToAnotherPort() throws IOException {
        fixture.environment.put("HF_TOKEN", "hf_secret");
        try (FakeHub other = new FakeHub()) {
            other.cdn("model.safetensors", fixture.weights);
            fixture.hub.large("model.safetensors", fixture.weights, other.url());

            fixture.find();

            assertThat(other.requests()).hasSize(1)
                .allSatisfy(request -> assertThat(request.headers()).doesNotContainKey("authorization"));
        }
    }

    @Test
    void aTokenFromTheTokenFileIsSentAsWell() throws IOException {
        Files.createDirectories(folder.resolve("home"));
        Files.writeString(folder.resolve("home/token"), "hf_file\n");

        fixture.find();

        assertThat(fixture.hub.requests(LISTING).get(0).headers()).containsEntry("authorization", "Bearer hf_file");
    }

    @Test
    void withoutATokenNoneIsSent() {
        fixture.find();

        assertThat(fixture.hub.requests())
            .allSatisfy(request -> assertThat(request.headers()).doesNotContainKey("authorization"));
    }

    @Test
    void aRelativeRedirectStaysAtTheHub() {
        fixture.environment.put("HF_TOKEN", "hf_secret");
        for (String method : new String[] {"HEAD ", "GET "}) {
            fixture.hub.always(method + file("model.safetensors"), status(307,
                "Location: /api/resolve-cache/w?a=%22b%22", "X-Repo-Commit: " + COMMIT));
            fixture.hub.always(method + "/api/resolve-cache/w?a=%22b%22", FakeHub.ranges(fixture.weights,
                Map.of("ETag", "\"" + sha256(fixture.weights) + "\"")));
        }

        assertThat(fixture.find().resolve("model.safetensors")).hasBinaryContent(fixture.weights);
        assertThat(fixture.hub.requests("GET /api/resolve-cache/w?a=%22b%22").get(0).headers())
            .containsEntry("authorization", "Bearer hf_secret");
    }

    @Test
    void fiveRedirectsAreFollowedAndNotASixth() {
        for (int i = 1; i <= 6; i++) {
            fixture.hub.always("GET /hop/" + i, status(302, "Location: /hop/" + (i + 1)));
        }
        fixture.hub.always("GET " + file("model.safetensors"), status(302, "Location: /hop/3"));
        fixture.hub.always("GET /hop/7", body(200, fixture.weights));
        fixture.find();

        fixture.hub.always(LISTING, status(302, "Location: /hop/2"));
        assertThatThrownBy(() -> another().find()).isInstanceOf(TrainerException.class)
            .hasMessageContaining("more than 5 redirects");
    }

    private HubFixture another() throws IOException {
        HubFixture another = new HubFixture(folder.resolve("another"));
        another.environment.put("HF_ENDPOINT", fixture.hub.url());
        return another;
    }

    @Test
    void aRedirectToSomethingElseThanAWebAddressIsNotFollowed() {
        fixture.hub.always(LISTING, status(302, "Location: file:///etc/passwd"));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("redirects to file://null, which is not followed");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aRefusalWithoutATokenSaysHowToGetOne(int status) {
        fixture.hub.always("HEAD " + file("config.json"), status(status));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class).hasMessage(ID + ": config.json: the hub"
            + " refuses access (" + status + "): the model is gated or private, or does not exist\n  Ask for access at "
            + fixture.hub.url() + "/" + ID + " and set HF_TOKEN to an access token of yours.");
        assertThat(fixture.pauses).isEmpty();
    }

    @Test
    void aRefusalOfATokenSaysSoAndDoesNotShowIt() {
        fixture.environment.put("HF_TOKEN", "hf_secret");
        fixture.hub.always(LISTING, status(401, "X-Error-Message: bad hf_secret"));

        Throwable failure = catchThrowable(fixture::find);

        assertThat(failure).isInstanceOf(TrainerException.class)
            .hasMessageContaining("model facebook/opt-tiny (revision main): the hub refuses access (401)")
            .hasMessageContaining("The access token that was sent");
        assertThat(everythingSaid(failure)).doesNotContain("hf_secret");
    }

    @Test
    void aModelThatIsNotThereIsSaidToBeMissing() {
        assertThatThrownBy(() -> fixture.locator().find("facebook/opt-none", "main"))
            .isInstanceOf(TrainerException.class).hasMessageContaining("model facebook/opt-none (revision main): not"
                + " found at " + fixture.hub.url() + " (404): no such repository, revision or file");

        fixture.hub.always(LISTING, status(404, "X-Error-Code: RevisionNotFound"));
        assertThatThrownBy(fixture::find).hasMessageContaining("no such revision\n");
    }

    @Test
    void aBusyHubIsAskedAgainWhenItSays() {
        fixture.hub.next(LISTING, status(429, "Retry-After: 7"), status(503), status(500, "Retry-After: 86400"));
        fixture.hub.next("HEAD " + file("config.json"), status(502));
        fixture.hub.next(WEIGHTS, status(429, "Retry-After: 3"));

        fixture.find();

        assertThat(fixture.pauses).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(2), Duration.ofSeconds(60),
            Duration.ofSeconds(1), Duration.ofSeconds(3));
        assertThat(fixture.lines).contains("model facebook/opt-tiny (revision main): 127.0.0.1 answers 429;"
            + " trying again in 7 s");
    }

    @Test
    void retryAfterMayBeADate() {
        String past = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.of(2001, 1, 1, 0, 0, 0, 0,
            ZoneOffset.UTC));
        String future = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusDays(1));
        fixture.hub.next(LISTING, status(429, "Retry-After: " + past), status(429, "Retry-After: " + future));

        fixture.find();

        assertThat(fixture.pauses).containsExactly(Duration.ZERO, Duration.ofSeconds(60));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void aHubThatStaysBusyIsGivenUp(int status) {
        fixture.hub.always(LISTING, status(status));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("127.0.0.1 answers " + status + "; gave up after 5 attempts");
        assertThat(fixture.hub.requests()).hasSize(5);
    }

    @Test
    void anExpiredAddressAtTheOtherHostIsAskedForAnew() {
        fixture.hub.next(WEIGHTS, status(403));

        assertThat(fixture.find().resolve("model.safetensors")).hasBinaryContent(fixture.weights);
        assertThat(fixture.hub.requests("GET " + file("model.safetensors"))).hasSize(2);
    }

    @Test
    void aHubThatIsNotReachedIsSaidToBe() throws IOException {
        fixture.hub.close();

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("no connection; gave up after 3 attempts").hasMessageContaining(fixture.hub.url());
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>Log in to the WLAN</html>", "", "[]", "{\"sha\":\"../../x\",\"siblings\":[]}",
        "{\"sha\":\"27dcfa74d334bc871f3234de431e71c6eeba5dd6\"}"})
    void anAnswerThatIsNoListingIsNotTakenForOne(String answer) {
        fixture.hub.always(LISTING, body(200, answer.getBytes(StandardCharsets.UTF_8)));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("does not answer as a Hugging Face hub does");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-None: 1", "ETag: \"../../../evil\"", "ETag: \"d41d8cd98f00b204e9800998ecf8427e\""})
    void aFileWithoutAChecksumIsNotDownloaded(String header) {
        fixture.hub.always("HEAD " + file("config.json"), status(200, header, "Content-Length: 3"));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("config.json: the hub gives no checksum");
        assertThat(fixture.hub.requests("GET " + file("config.json"))).isEmpty();
    }

    @Test
    void anAnswerForAnotherCommitIsNotMixedIn() {
        fixture.hub.always("HEAD " + file("config.json"), status(200, "ETag: \"" + COMMIT + "\"",
            "X-Repo-Commit: 0000000"));

        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("expected commit " + COMMIT + ", the hub answered with 0000000");
    }

    @Test
    void aRepositoryWithoutConfigurationWeightsOrTokenizerIsNoModel() {
        fixture.hub.lists("main", "tf_model.h5", "config.json");
        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("neither model.safetensors nor pytorch_model.bin");

        fixture.hub.lists("main");
        assertThatThrownBy(fixture::find).hasMessageContaining("holds no config.json");

        fixture.hub.lists("main", "config.json", "tokenizer.model", "vocab.json", "model.safetensors");
        assertThatThrownBy(fixture::find).isInstanceOf(TrainerException.class)
            .hasMessageContaining("tokenizer.model, a SentencePiece model; a tokenizer.json is needed");
    }
}
