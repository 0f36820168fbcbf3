package oneword.trainer.report;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes out of a text what is nobody else's business: home folders become {@code ~}, access tokens and passwords in
 * addresses become {@code ***}. A report may be passed on.
 */
final class Redaction {

    private static final String START = "(?<![\\w.~-])";
    private static final String END = "(?=[/\\\\\"'\\s:,;)]|$)";
    private static final Pattern HOMES =
        Pattern.compile(START + "(?:[A-Za-z]:)?(?:[/\\\\]{1,2})(?:home|Users)(?:[/\\\\]{1,2})[^/\\\\\"\\s]+" + END);
    private static final Pattern TOKEN = Pattern.compile("\\bhf_[A-Za-z0-9]{8,}");
    private static final Pattern PASSWORD = Pattern.compile("(\\b\\w++://)[^/@\\s\"]+@");
    private static final String HIDDEN = "***";

    private final Optional<Pattern> home;
    private final Optional<String> secret;

    private Redaction(Optional<Pattern> home, Optional<String> secret) {
        this.home = home;
        this.secret = secret;
    }

    /** For the user and the environment of this process. */
    static Redaction ofThisProcess() {
        return of(System.getProperty("user.home", ""), System.getenv());
    }

    /**
     * A redaction for one user.
     *
     * @param home the user's home folder; empty where there is none
     * @param environment may hold {@code HF_TOKEN}
     */
    static Redaction of(String home, Map<String, String> environment) {
        return new Redaction(
            Optional.of(home).filter(path -> path.length() > 1)
                .map(path -> Pattern.compile(START + Pattern.quote(path) + END)),
            Optional.ofNullable(environment.get("HF_TOKEN")).map(String::strip).filter(token -> token.length() > 3));
    }

    /** The text without them. */
    String of(String text) {
        String clean = secret.map(token -> text.replace(token, HIDDEN)).orElse(text);
        clean = TOKEN.matcher(clean).replaceAll(Matcher.quoteReplacement(HIDDEN));
        clean = PASSWORD.matcher(clean).replaceAll("$1" + Matcher.quoteReplacement(HIDDEN + "@"));
        if (home.isPresent()) {
            clean = home.get().matcher(clean).replaceAll("~");
        }
        return HOMES.matcher(clean).replaceAll("~");
    }
}
