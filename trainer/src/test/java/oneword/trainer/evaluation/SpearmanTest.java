package oneword.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SpearmanTest {

    @TestFactory
    List<DynamicTest> agreesWithScipy() throws IOException {
        try (InputStream golden = SpearmanTest.class.getResourceAsStream("/golden/spearman.json")) {
            JsonNode cases = new ObjectMapper().readTree(golden).required("cases");
            return StreamSupport.stream(cases.spliterator(), false)
                .map(node -> DynamicTest.dynamicTest(node.required("name").asText(), () -> check(node))).toList();
        }
    }

    private static void check(JsonNode node) {
        double found = Spearman.correlation(numbers(node.required("x")), numbers(node.required("y")));
        if (node.required("spearman").isNull()) {
            assertThat(found).isNaN();
        } else {
            assertThat(found).isCloseTo(node.required("spearman").asDouble(), within(1e-13));
        }
    }

    @Test
    void seriesOfOneOrderCorrelateExactlyByOne() {
        double[] x = IntStream.range(0, 1379).mapToDouble(i -> Math.sin(i * 7.3)).toArray();
        double[] y = IntStream.range(0, 1379).mapToDouble(i -> Math.exp(x[i])).toArray();
        double[] z = IntStream.range(0, 1379).mapToDouble(i -> -y[i]).toArray();

        assertThat(Spearman.correlation(x, y)).isEqualTo(1);
        assertThat(Spearman.correlation(x, z)).isEqualTo(-1);
    }

    @Test
    void minusZeroTiesWithZero() {
        double[] y = {1, 2, 3};

        assertThat(Spearman.correlation(new double[] {-0.0, 0.0, 1}, y))
            .isEqualTo(Spearman.correlation(new double[] {0.0, 0.0, 1}, y));
    }

    @Test
    void infinitiesHaveRanks() {
        double[] x = {Double.NEGATIVE_INFINITY, 0, 1, Double.POSITIVE_INFINITY};

        assertThat(Spearman.correlation(x, new double[] {1, 2, 3, 4})).isEqualTo(1);
    }

    @Test
    void isNotDefinedForConstantsAndForFewerThanTwoValues() {
        assertThat(Spearman.correlation(new double[] {0.1, 0.1, 0.1}, new double[] {1, 2, 3})).isNaN();
        assertThat(Spearman.correlation(new double[] {1, 2, 3}, new double[] {5, 5, 5})).isNaN();
        assertThat(Spearman.correlation(new double[] {1}, new double[] {5})).isNaN();
        assertThat(Spearman.correlation(new double[0], new double[0])).isNaN();
    }

    @Test
    void refusesNaNAndUnequalLengths() {
        assertThatThrownBy(() -> Spearman.correlation(new double[] {1, Double.NaN}, new double[] {1, 2}))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("value 1");
        assertThatThrownBy(() -> Spearman.correlation(new double[2], new double[3]))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("2 and 3");
    }

    private static double[] numbers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray();
    }
}
