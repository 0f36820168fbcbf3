package oneword.trainer.evaluation;

import org.hipparchus.stat.ranking.NaNStrategy;
import org.hipparchus.stat.ranking.NaturalRanking;
import org.hipparchus.stat.ranking.TiesStrategy;

/**
 * Spearman's rank correlation: Pearson's correlation of the ranks, where equal values share the average of their ranks
 * (as {@code scipy.stats.spearmanr}).
 */
public final class Spearman {

    private static final NaturalRanking RANKING = new NaturalRanking(NaNStrategy.FAILED, TiesStrategy.AVERAGE);

    private Spearman() {}

    /**
     * Correlates two series by rank. Infinite values have ranks as any other; −0 and 0 are equal.
     *
     * @param x n values
     * @param y n values
     * @return the correlation, in [−1, 1]; NaN where it is not defined: fewer than two values, or all values of one
     *     series equal
     * @throws IllegalArgumentException if the lengths differ or a value is NaN
     */
    public static double correlation(double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException("the two series have " + x.length + " and " + y.length + " values");
        }
        if (x.length < 2) {
            return Double.NaN;
        }
        double[] a = centredRanks(x);
        double[] b = centredRanks(y);
        // Centred average ranks are multiples of 1/2, so these sums are exact: a constant series gives exactly 0.
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        if (aa == 0 || bb == 0) {
            return Double.NaN;
        }
        return Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb)));
    }

    private static double[] centredRanks(double[] values) {
        double[] comparable = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            if (Double.isNaN(values[i])) {
                throw new IllegalArgumentException("value " + i + " is NaN and has no rank");
            }
            comparable[i] = values[i] + 0.0; // −0 becomes 0, which the ranking would set apart
        }
        double[] ranks = RANKING.rank(comparable);
        double mean = (values.length + 1) / 2.0;
        for (int i = 0; i < ranks.length; i++) {
            ranks[i] -= mean;
        }
        return ranks;
    }
}
