package oneword.trainer.hub;

import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What came back for a request, after redirects.
 *
 * @param status HTTP status of the last answer
 * @param trail headers of all answers on the way, the last one's at the end
 * @param fromEndpoint whether the last answer came from the hub itself and not from a host it sent us to
 * @param host who gave the last answer
 * @param body the last answer's body
 */
record Answer(int status, List<HttpHeaders> trail, boolean fromEndpoint, String host, StreamedBody body)
        implements AutoCloseable {

    /** A header of the last answer. */
    Optional<String> header(String name) {
        return headers().firstValue(name);
    }

    /** A header as the last of the answers that have it gives it. */
    Optional<String> anyHeader(String name) {
        return trail.stream().flatMap(headers -> headers.firstValue(name).stream()).reduce((first, second) -> second);
    }

    /** The last answer's Content-Length. */
    OptionalLong length() {
        return header("Content-Length").map(String::strip).filter(text -> text.matches("\\d{1,18}"))
            .map(text -> OptionalLong.of(Long.parseLong(text))).orElse(OptionalLong.empty());
    }

    private HttpHeaders headers() {
        return trail.get(trail.size() - 1);
    }

    @Override
    public void close() {
        body.close();
    }
}
