package oneword.trainer.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CurveTest {

    @Test
    void thinningKeepsTheEndsAndTheExtremes() {
        Random random = new Random(5);
        double[] x = IntStream.range(0, 20_000).asDoubleStream().toArray();
        double[] y = random.doubles(20_000).toArray();
        y[7_777] = -3;
        y[12_345] = 9;

        Curve thin = new Curve(x, y).thinned(1000);

        assertThat(thin.size()).isBetween(500, 1000);
        assertThat(thin.x()[0]).isZero();
        assertThat(thin.x()[thin.size() - 1]).isEqualTo(19_999);
        assertThat(thin.lowest()).isEqualTo(-3);
        assertThat(thin.highest()).isEqualTo(9);
        assertThat(thin.x()).isSorted().doesNotHaveDuplicates();
        assertThat(Arrays.stream(thin.x()).allMatch(at -> thin.y()[Arrays.binarySearch(thin.x(), at)] == y[(int) at]))
            .as("every point is one of the curve").isTrue();
    }

    @Test
    void aShortCurveStaysWhatItIs() {
        Curve curve = new Curve(new double[] {1, 2, 3}, new double[] {3, 1, 2});
        assertThat(curve.thinned(4)).isSameAs(curve);
    }

    @Test
    void smoothingIsPandasExponentialMean() {
        // pandas.Series([1, 2, 4, 3, 9]).ewm(span=3).mean()
        double[] expected = {1.0, 1.6666666666666667, 3.0, 3.0, 6.096774193548387};

        Curve smooth = new Curve(new double[] {1, 2, 3, 4, 5}, new double[] {1, 2, 4, 3, 9}).smoothed(3);

        assertThat(smooth.y()).containsExactly(expected, within(1e-12));
    }
}
