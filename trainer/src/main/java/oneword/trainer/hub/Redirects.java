package oneword.trainer.hub;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import oneword.trainer.TrainerException;

/** Where a hub may send a request: to any host by https, by http only where the hub itself is reached by http. */
final class Redirects {

    private static final String LEGAL = "-._~:/?#[]@!$&'()*+,;=%";

    private final URI endpoint;

    Redirects(URI endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * The address that an answer leads to.
     *
     * @param from the address that was asked
     * @param location the answer's Location, absolute or relative
     * @throws TrainerException where it is not to be followed
     */
    URI target(URI from, String location) {
        URI target;
        try {
            target = from.resolve(new URI(escaped(location)));
        } catch (URISyntaxException e) {
            throw new TrainerException(named(from) + " redirects to something that is no address");
        }
        boolean allowed = "https".equalsIgnoreCase(target.getScheme())
            || "http".equalsIgnoreCase(target.getScheme()) && "http".equalsIgnoreCase(endpoint.getScheme());
        if (!allowed || target.getHost() == null) {
            throw new TrainerException(named(from) + " redirects to " + target.getScheme() + "://" + target.getHost()
                + ", which is not followed: only " + endpoint.getScheme() + " is");
        }
        return target;
    }

    /** An address without its query, which may hold a signature. */
    static String named(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority() + uri.getPath();
    }

    /** Signed addresses hold characters that browsers let pass and {@link URI} does not. */
    private static String escaped(String location) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : location.strip().getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean legal = c < 128 && (Character.isLetterOrDigit(c) || LEGAL.indexOf(c) >= 0);
            escaped.append(legal ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return escaped.toString();
    }
}
