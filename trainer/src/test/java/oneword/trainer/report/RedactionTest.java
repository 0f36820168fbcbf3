package oneword.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "/srv/people/ada/runs/a      | ~/runs/a",
        "\"/srv/people/ada\"         | \"~\"",
        "/srv/people/adalovelace/x   | /srv/people/adalovelace/x",
        "/home/bob/models/opt        | ~/models/opt",
        "/Users/bob/models           | ~/models",
        "C:\\\\Users\\\\bob\\\\m     | ~\\\\m",
        "/data/home/x                | /data/home/x",
        "token hf_0123456789abcdef   | token ***",
        "facebook/opt-125m           | facebook/opt-125m",
        "ftp://me:word@host/file     | ftp://***@host/file",
        "has sesame inside           | has *** inside"})
    void onlyWhatIsPrivateGoes(String text, String clean) {
        assertThat(Redaction.of("/srv/people/ada", Map.of("HF_TOKEN", "sesame")).of(text)).isEqualTo(clean);
    }

    @Test
    void aRootWithoutHomeChangesNothing() {
        assertThat(Redaction.of("/", Map.of()).of("/srv/data/a.csv")).isEqualTo("/srv/data/a.csv");
    }
}
