package oneword.trainer.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import oneword.trainer.TrainerException;

/**
 * Requests to a hub and to the hosts that it redirects to. The access token goes to the endpoint's own scheme, host
 * and port and nowhere else. A redirect may not lead from https to http.
 */
final class HubHttp {

    private static final int MAX_REDIRECTS = 5;
    private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

    private final URI endpoint;
    private final Optional<String> token;
    private final Patience patience;
    private final Redirects redirects;
    private final HttpClient client;

    HubHttp(URI endpoint, Optional<String> token, Patience patience) {
        this.endpoint = endpoint;
        this.token = token;
        this.patience = patience;
        redirects = new Redirects(endpoint);
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(patience.connect())
            .followRedirects(HttpClient.Redirect.NEVER).build();
    }

    /** Whether requests to the endpoint carry a token. */
    boolean hasToken() {
        return token.isPresent();
    }

    URI endpoint() {
        return endpoint;
    }

    /**
     * Sends a request and follows redirects. A HEAD request ends where the hub sends it to another host but has said
     * itself what the file is (X-Linked-Etag).
     *
     * @return the last answer, of any status but a redirect's
     * @throws IOException where a connection fails or nothing comes for too long
     * @throws TrainerException for a redirect that is not followed
     */
    Answer send(String method, URI start, Map<String, String> headers) throws IOException, InterruptedException {
        List<HttpHeaders> trail = new ArrayList<>();
        URI uri = start;
        while (true) {
            HttpResponse<StreamedBody> response = client.send(request(method, uri, headers),
                info -> new StreamedBody(patience.stall()));
            trail.add(response.headers());
            Optional<String> location = STATUSES.contains(response.statusCode())
                ? response.headers().firstValue("Location") : Optional.empty();
            Answer answer = new Answer(response.statusCode(), List.copyOf(trail), isEndpoint(uri), uri.getHost(),
                response.body());
            if (location.isEmpty()) {
                return answer;
            }
            URI next;
            try {
                next = redirects.target(uri, location.get());
            } catch (TrainerException e) {
                answer.close();
                throw e;
            }
            if (method.equals("HEAD") && !isEndpoint(next) && answer.header("X-Linked-Etag").isPresent()) {
                return answer;
            }
            answer.close();
            if (trail.size() > MAX_REDIRECTS) {
                throw new TrainerException(Redirects.named(start) + ": more than " + MAX_REDIRECTS
                    + " redirects; is HF_ENDPOINT right?");
            }
            uri = next;
        }
    }

    private HttpRequest request(String method, URI uri, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(patience.stall())
            .method(method, HttpRequest.BodyPublishers.noBody()).header("User-Agent", "oneword")
            .header("Accept-Encoding", "identity");
        headers.forEach(request::header);
        if (isEndpoint(uri)) {
            token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        }
        return request.build();
    }

    private boolean isEndpoint(URI uri) {
        return endpoint.getScheme().equalsIgnoreCase(uri.getScheme())
            && endpoint.getHost().equalsIgnoreCase(uri.getHost()) && port(endpoint) == port(uri);
    }

    private static int port(URI uri) {
        int standard = "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
        return uri.getPort() < 0 ? standard : uri.getPort();
    }
}
