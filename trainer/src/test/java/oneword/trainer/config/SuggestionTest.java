package oneword.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {

    @ParameterizedTest
    @CsvSource({
        "temperature, temperature, 0",
        "temprature, temperature, 1",
        "temperatuer, temperature, 1",
        "Batch-Size, batch_size, 0",
        "betas, beta, 1",
        // What tells optimal string alignment from Damerau's distance, which would be 2.
        "caxxxxxxx, abcxxxxxxx, 3",
        "kitten, sitting, 3"})
    void distances(String first, String second, int expected) {
        assertThat(Suggestion.distance(first, second)).isEqualTo(expected);
    }

    @Test
    void theNearestIsProposedAndNothingThatIsFar() {
        assertThat(Suggestion.nearest("STSB", List.of("STS12", "STS-B", "dev"))).contains("STS-B");
        assertThat(Suggestion.nearest("nonsense", List.of("STS12", "STS-B", "dev"))).isEmpty();
    }
}
