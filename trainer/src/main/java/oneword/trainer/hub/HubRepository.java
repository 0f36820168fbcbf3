package oneword.trainer.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import oneword.trainer.TrainerException;

/**
 * A model repository on a hub, by the hub's HTTP interface: {@code GET /api/models/ID/revision/REVISION} lists it,
 * {@code HEAD /ID/resolve/COMMIT/FILE} describes a file (X-Repo-Commit, X-Linked-Etag or ETag, X-Linked-Size), and GET
 * of the same address fetches it.
 */
final class HubRepository {

    private static final int LISTING_LIMIT = 32 << 20;
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{7,64}");
    private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final HubHttp http;
    private final String id;
    private final Patience patience;
    private final Consumer<String> lines;

    HubRepository(HubHttp http, String id, Patience patience, Consumer<String> lines) {
        this.http = http;
        this.id = id;
        this.patience = patience;
        this.lines = lines;
    }

    /**
     * A repository at one commit.
     *
     * @param commit the commit's hash
     * @param files names of all its files
     */
    record Listing(String commit, Set<String> files) { }

    String id() {
        return id;
    }

    /** Lists the repository at a branch, tag or commit. */
    Listing list(String revision) throws InterruptedException {
        String what = "model " + id + " (revision " + revision + ")";
        URI uri = URI.create(http.endpoint() + "/api/models/" + id + "/revision/" + encoded(revision));
        Attempts attempts = attempts(what);
        while (true) {
            try (Answer answer = accepted(http.send("GET", uri, Map.of("Accept", "application/json")), what)) {
                return parsed(answer.body().all(LISTING_LIMIT), what);
            } catch (IOException e) {
                attempts.failed(e);
            }
        }
    }

    private Listing parsed(byte[] body, String what) throws IOException {
        try {
            JsonNode listing = new ObjectMapper().readTree(body);
            String commit = listing.path("sha").asText();
            if (COMMIT.matcher(commit).matches() && listing.path("siblings").isArray()) {
                Set<String> files = new TreeSet<>();
                listing.path("siblings").forEach(file -> files.add(file.path("rfilename").asText()));
                return new Listing(commit, files);
            }
        } catch (JsonProcessingException e) {
            throw noHub(what);
        }
        throw noHub(what);
    }

    private TrainerException noHub(String what) {
        return new TrainerException(what + ": " + http.endpoint() + " does not answer as a Hugging Face hub does"
            + " (expected JSON with sha and siblings)\n  Is HF_ENDPOINT right, or does a proxy stand between?");
    }

    /** Asks what a file is. */
    RemoteFile describe(String commit, String file) throws InterruptedException {
        String what = what(file);
        Attempts attempts = attempts(what);
        while (true) {
            try (Answer answer = accepted(http.send("HEAD", address(commit, file), Map.of()), what)) {
                answer.anyHeader("X-Repo-Commit").filter(found -> !found.equals(commit)).ifPresent(found -> {
                    throw new TrainerException(what + ": expected commit " + commit + ", the hub answered with "
                        + found + "; try again");
                });
                String etag = answer.anyHeader("X-Linked-Etag").or(() -> answer.header("ETag")).orElse("");
                ContentHash hash = ContentHash.ofEtag(etag).orElseThrow(() -> new TrainerException(what
                    + ": the hub gives no checksum: expected X-Linked-Etag or ETag with 40 or 64 hexadecimal digits\n"
                    + "  Is HF_ENDPOINT a hub that passes these headers on? `hf download " + id + "` may still work."));
                return new RemoteFile(file, hash, size(answer));
            } catch (IOException e) {
                attempts.failed(e);
            }
        }
    }

    private static long size(Answer answer) {
        OptionalLong linked = answer.anyHeader("X-Linked-Size").map(String::strip)
            .filter(text -> text.matches("\\d{1,18}")).map(text -> OptionalLong.of(Long.parseLong(text)))
            .orElse(OptionalLong.empty());
        return linked.isPresent() || answer.status() != 200 ? linked.orElse(-1) : answer.length().orElse(-1);
    }

    /**
     * Asks for a file's content, or a part of it.
     *
     * @return an answer of status 200, 206 or 416
     * @throws IOException where another try may help
     */
    Answer open(String commit, String file, Map<String, String> headers) throws IOException, InterruptedException {
        return accepted(http.send("GET", address(commit, file), headers), what(file));
    }

    String what(String file) {
        return id + ": " + file;
    }

    private URI address(String commit, String file) {
        return URI.create(http.endpoint() + "/" + id + "/resolve/" + commit + "/" + encoded(file));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private Attempts attempts(String what) {
        return new Attempts(patience, lines, what, "Is " + http.endpoint() + " within reach (network, proxy,"
            + " HF_ENDPOINT)? Or put the model's folder here and set model.name to it.");
    }

    private Answer accepted(Answer answer, String what) throws IOException {
        int status = answer.status();
        if (status == 200 || status == 206 || status == 416 || status / 100 == 3 && answer.anyHeader("X-Linked-Etag")
            .isPresent()) {
            return answer;
        }
        answer.close();
        // The address at another host is signed for a short time: that it is refused may pass with a new one.
        if (PASSING.contains(status) || !answer.fromEndpoint() && (status == 401 || status == 403)) {
            throw new ServerBusyException(answer.host() + " answers " + status, retryAfter(answer));
        }
        if (status == 401 || status == 403) {
            throw new TrainerException(refused(what, status));
        }
        if (status == 404) {
            boolean revision = answer.header("X-Error-Code").filter("RevisionNotFound"::equals).isPresent();
            throw new TrainerException(what + ": not found at " + http.endpoint() + " (404): no such "
                + (revision ? "revision" : "repository, revision or file") + "\n  Check model.name and model.revision"
                + (http.hasToken() ? "." : "; for a private model set HF_TOKEN."));
        }
        throw new TrainerException(what + ": " + answer.host() + " answers " + status
            + ", which is not expected\n  Is HF_ENDPOINT (" + http.endpoint() + ") a Hugging Face hub?");
    }

    private String refused(String what, int status) {
        String page = http.endpoint() + "/" + id;
        return what + ": the hub refuses access (" + status + "): the model is gated or private, or does not exist\n  "
            + (http.hasToken()
                ? "The access token that was sent (HF_TOKEN, or the token file) does not open it: ask for access at "
                    + page + ", or use another token."
                : "Ask for access at " + page + " and set HF_TOKEN to an access token of yours.");
    }

    private static Optional<Duration> retryAfter(Answer answer) {
        return answer.header("Retry-After").map(String::strip).flatMap(text -> {
            if (text.matches("\\d{1,9}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
            }
            try {
                Duration wait = Duration.between(ZonedDateTime.now(),
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME));
                return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
            } catch (DateTimeParseException e) {
                return Optional.empty();
            }
        });
    }
}
