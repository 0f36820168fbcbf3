package oneword.trainer.mteb;

import java.util.List;
import java.util.function.Function;
import oneword.data.sts.GradedPair;
import oneword.trainer.evaluation.Cosine;
import oneword.trainer.evaluation.Spearman;
import org.hipparchus.stat.correlation.PearsonsCorrelation;

/**
 * How the similarities of pairs go with their gold scores, by the three measures of mteb's {@code AbsTaskSTS}.
 * Distances are negated, so that more is more alike, and are those of vectors of length 1, which an exported
 * sentence-transformers folder gives; the cosine does not depend on lengths.
 *
 * @param cosinePearson Pearson's correlation with the cosine
 * @param cosineSpearman Spearman's correlation with the cosine
 * @param manhattanPearson Pearson's correlation with the negated sum of absolute differences
 * @param manhattanSpearman Spearman's correlation with the same
 * @param euclideanPearson Pearson's correlation with the negated length of the difference
 * @param euclideanSpearman Spearman's correlation with the same
 */
public record PairCorrelations(
    double cosinePearson, double cosineSpearman, double manhattanPearson, double manhattanSpearman,
    double euclideanPearson, double euclideanSpearman) {

    /**
     * Correlates.
     *
     * @param pairs at least two for a defined result
     * @param vectors gives the finite vector [d] of each sentence of the pairs
     * @return in [−1, 1] each; NaN where a correlation is not defined, as where all gold scores are equal
     */
    public static PairCorrelations of(List<GradedPair> pairs, Function<String, float[]> vectors) {
        int n = pairs.size();
        double[] gold = new double[n];
        double[] cosine = new double[n];
        double[] manhattan = new double[n];
        double[] euclidean = new double[n];
        for (int i = 0; i < n; i++) {
            GradedPair pair = pairs.get(i);
            float[] a = vectors.apply(pair.sentence1());
            float[] b = vectors.apply(pair.sentence2());
            gold[i] = pair.score();
            cosine[i] = Cosine.of(a, b);
            double lengthA = length(a);
            double lengthB = length(b);
            for (int j = 0; j < a.length; j++) {
                double difference = a[j] / lengthA - b[j] / lengthB;
                manhattan[i] -= Math.abs(difference);
                euclidean[i] += difference * difference;
            }
            euclidean[i] = -Math.sqrt(euclidean[i]);
        }
        return new PairCorrelations(pearson(gold, cosine), Spearman.correlation(gold, cosine),
            pearson(gold, manhattan), Spearman.correlation(gold, manhattan),
            pearson(gold, euclidean), Spearman.correlation(gold, euclidean));
    }

    /** Whether every correlation is a number. */
    public boolean isDefined() {
        return Double.isFinite(cosinePearson + cosineSpearman + manhattanPearson + manhattanSpearman
            + euclideanPearson + euclideanSpearman);
    }

    /** The length of a vector, 1 for the zero vector, which stays as it is. */
    private static double length(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        return squares == 0 ? 1 : Math.sqrt(squares);
    }

    private static double pearson(double[] x, double[] y) {
        return x.length < 2 ? Double.NaN : new PearsonsCorrelation().correlation(x, y);
    }
}
