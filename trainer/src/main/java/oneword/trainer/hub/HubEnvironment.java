package oneword.trainer.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import oneword.trainer.TrainerException;

/**
 * What the environment says about the hub: the variables of Python's huggingface_hub, with its defaults. A variable
 * that is empty counts as not set; {@code ~} and {@code $NAME} in paths are replaced.
 *
 * <p>A class and not a record: the variables hold the token, which no {@code toString} may show.
 */
final class HubEnvironment {

    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final List<String> OFFLINE = List.of("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE");
    private static final List<String> TOKENS = List.of("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN");
    private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+)|\\$\\{(\\w+)}");
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

    private final Map<String, String> variables;

    HubEnvironment(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    /** Folder of the cache: HF_HUB_CACHE, else $HF_HOME/hub; whether it exists or not. */
    Path cache() {
        return first(List.of("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")).map(this::path)
            .orElseGet(() -> huggingFaceHome().resolve("hub"));
    }

    private Path huggingFaceHome() {
        return value("HF_HOME").map(this::path).orElseGet(() -> value("XDG_CACHE_HOME").map(this::path)
            .orElseGet(() -> Path.of(userHome(), ".cache")).resolve("huggingface"));
    }

    private String userHome() {
        return value("HOME").orElseGet(() -> System.getProperty("user.home"));
    }

    /** The variable that forbids the network, if one does. */
    Optional<String> offline() {
        return OFFLINE.stream().filter(this::isTrue).findFirst();
    }

    /** Whether snapshots may hold symbolic links. */
    boolean links() {
        return !isTrue("HF_HUB_DISABLE_SYMLINKS");
    }

    /**
     * The hub's address, without a slash at its end: HF_ENDPOINT, else https://huggingface.co.
     *
     * @throws TrainerException where HF_ENDPOINT is no http or https address of a host
     */
    URI endpoint() {
        String text = value("HF_ENDPOINT").orElse("https://huggingface.co").replaceAll("/+$", "");
        try {
            URI endpoint = new URI(text);
            String scheme = String.valueOf(endpoint.getScheme()).toLowerCase(Locale.ROOT);
            if (Set.of("http", "https").contains(scheme) && endpoint.getHost() != null
                && endpoint.getUserInfo() == null && endpoint.getQuery() == null && endpoint.getFragment() == null) {
                return endpoint;
            }
        } catch (URISyntaxException e) {
            throw badEndpoint();
        }
        throw badEndpoint();
    }

    private static TrainerException badEndpoint() {
        return new TrainerException("HF_ENDPOINT: expected an address such as https://huggingface.co, without user"
            + " name, query or fragment; unset it for the public hub");
    }

    /**
     * The access token: HF_TOKEN, else what stands in the file HF_TOKEN_PATH or $HF_HOME/token.
     *
     * @throws TrainerException where it cannot be read or cannot be one; the message does not show it
     */
    Optional<String> token() {
        if (isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return Optional.empty();
        }
        for (String name : TOKENS) {
            if (value(name).isPresent()) {
                return value(name).map(token -> checked(token, name));
            }
        }
        Path file = value("HF_TOKEN_PATH").map(this::path).orElseGet(() -> huggingFaceHome().resolve("token"));
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            String token = Files.readString(file).strip();
            return token.isEmpty() ? Optional.empty() : Optional.of(checked(token, file.toString()));
        } catch (IOException e) {
            throw new TrainerException(file + ": the access token cannot be read: " + e.getMessage()
                + "\n  Mend its permissions, or set HF_TOKEN_PATH to another file.", e);
        }
    }

    private static String checked(String token, String source) {
        if (!TOKEN.matcher(token).matches()) {
            throw new TrainerException(source + ": holds something else than an access token (a token is one word of"
                + " printable ASCII characters); make one at https://huggingface.co/settings/tokens");
        }
        return token;
    }

    private boolean isTrue(String name) {
        return value(name).map(text -> TRUE.contains(text.toUpperCase(Locale.ROOT))).orElse(false);
    }

    private Optional<String> first(List<String> names) {
        return names.stream().flatMap(name -> value(name).stream()).findFirst();
    }

    private Optional<String> value(String name) {
        return Optional.ofNullable(variables.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    private Path path(String text) {
        String expanded = text.equals("~") || text.startsWith("~/") ? userHome() + text.substring(1) : text;
        return Path.of(VARIABLE.matcher(expanded).replaceAll(match -> Matcher.quoteReplacement(
            value(match.group(1) == null ? match.group(2) : match.group(1)).orElse(match.group()))));
    }
}
