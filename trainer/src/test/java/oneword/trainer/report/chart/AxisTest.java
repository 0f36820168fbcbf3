package oneword.trainer.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AxisTest {

    @Test
    void ticksAreRoundAndHoldTheValues() {
        assertThat(labels(Axis.around(2.56, 4.09, 5))).containsExactly("2.5", "3.0", "3.5", "4.0", "4.5");
        assertThat(labels(Axis.around(20.8, 40.4, 5))).containsExactly("20", "25", "30", "35", "40", "45");
        assertThat(labels(Axis.around(0, 1e-3, 5))).containsExactly("0", "2e-4", "4e-4", "6e-4", "8e-4", "1e-3");
        assertThat(labels(Axis.exact(0.4, 1, 6))).containsExactly("0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0");
        assertThat(labels(Axis.count(20_000, 4))).containsExactly("0", "5,000", "10,000", "15,000", "20,000");
        assertThat(labels(Axis.count(1, 6))).containsExactly("0", "1");
    }

    @Test
    void anyTwoNumbersMakeAnAxis() {
        Random random = new Random(3);
        for (int i = 0; i < 500; i++) {
            double a = random.nextGaussian() * Math.pow(10, random.nextInt(12) - 6);
            double b = i % 10 == 0 ? a : a + random.nextDouble() * Math.pow(10, random.nextInt(12) - 6);
            Axis axis = Axis.around(a, b, 5);
            double slack = 1e-6 * (axis.high() - axis.low());
            assertThat(axis.low()).isLessThanOrEqualTo(a + slack).isLessThan(axis.high());
            assertThat(axis.high()).isGreaterThanOrEqualTo(b - slack);
            assertThat(axis.ticks()).hasSizeBetween(2, 9).isSorted();
        }
    }

    @Test
    void aLogarithmicAxisHasPowersOfTen() {
        Axis axis = Axis.logarithmic(0.03, 700);
        assertThat(labels(axis)).containsExactly("0.01", "0.1", "1", "10", "100", "1,000");
        assertThat(axis.at(0.1, 0, 500)).isCloseTo(100, within(1e-9));
        assertThat(axis.at(10, 0, 500)).isCloseTo(300, within(1e-9));
        assertThat(labels(Axis.logarithmic(3, 12))).containsExactly("2", "5", "10", "20");
        assertThat(labels(Axis.logarithmic(1, 1))).contains("1");
    }

    @Test
    void valuesLieInProportion() {
        assertThat(Axis.exact(2, 4, 4).at(2.5, 100, 200)).isEqualTo(125);
        assertThat(Axis.exact(2, 4, 4).at(4, 200, 100)).isEqualTo(100);
    }

    private static List<String> labels(Axis axis) {
        return axis.ticks().stream().map(axis::label).toList();
    }
}
