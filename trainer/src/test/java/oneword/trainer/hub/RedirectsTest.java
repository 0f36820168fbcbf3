package oneword.trainer.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import oneword.trainer.TrainerException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectsTest {

    private static final URI SECURE = URI.create("https://hub.example/a/b?c");
    private static final URI PLAIN = URI.create("http://127.0.0.1:8080/a/b");

    private static URI target(URI from, String location) {
        return new Redirects(from).target(from, location);
    }

    @Test
    void httpsMayLeadToAnyHostByHttps() {
        assertThat(target(SECURE, "https://cdn.example/x?signature=1")).hasToString("https://cdn.example/x?signature=1");
    }

    @Test
    void aRelativeLocationIsOneOfTheSameHost() {
        assertThat(target(SECURE, "/x/y?z=%22q%22")).hasToString("https://hub.example/x/y?z=%22q%22");
        assertThat(target(SECURE, "x")).hasToString("https://hub.example/a/x");
        assertThat(target(SECURE, "//cdn.example/x")).hasToString("https://cdn.example/x");
    }

    @Test
    void httpsMayNotLeadToHttp() {
        assertThatThrownBy(() -> target(SECURE, "http://hub.example/a?signature=1"))
            .isInstanceOf(TrainerException.class).hasMessage(
                "https://hub.example/a/b redirects to http://hub.example, which is not followed: only https is");
    }

    @Test
    void httpMayLeadToBoth() {
        assertThat(target(PLAIN, "http://127.0.0.1:9/x")).hasToString("http://127.0.0.1:9/x");
        assertThat(target(PLAIN, "https://cdn.example/x")).hasToString("https://cdn.example/x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://hub.example/x", "https:nonsense", "http://[broken/"})
    void anythingElseIsNotFollowed(String location) {
        assertThatThrownBy(() -> target(PLAIN, location)).isInstanceOf(TrainerException.class)
            .hasMessageStartingWith("http://127.0.0.1:8080/a/b redirects to ");
    }

    @Test
    void charactersThatAreNoneOfAnAddressAreEscaped() {
        assertThat(target(SECURE, "https://cdn.example/w?n=\"a b\"|\u00fc"))
            .hasToString("https://cdn.example/w?n=%22a%20b%22%7C%C3%BC");
    }
}
