package oneword.trainer.evaluation;

/**
 * Cosine similarity of float vectors, summed in double. The cosine of a vector with itself is exactly 1, so that pairs
 * of equal sentences tie.
 */
public final class Cosine {

    private Cosine() {}

    /**
     * The squared lengths of vectors. Squares of floats, and products of two such sums, neither overflow nor vanish in
     * double.
     *
     * @param vectors [n, d]
     * @return [n]
     */
    static double[] squares(float[][] vectors) {
        double[] squares = new double[vectors.length];
        for (int i = 0; i < vectors.length; i++) {
            squares[i] = dot(vectors[i], vectors[i]);
        }
        return squares;
    }

    /**
     * The cosine of two finite vectors.
     *
     * @param a [d]
     * @param b [d]
     * @return in [−1, 1]; 0 if one of the vectors is zero, since it points nowhere
     */
    public static double of(float[] a, float[] b) {
        return of(a, dot(a, a), b, dot(b, b));
    }

    /**
     * The cosine of two finite vectors whose squared lengths are known.
     *
     * @param a [d]
     * @param squareA its squared length
     * @param b [d]
     * @param squareB its squared length
     * @return in [−1, 1]; 0 if one of the vectors is zero, since it points nowhere
     */
    static double of(float[] a, double squareA, float[] b, double squareB) {
        if (squareA == 0 || squareB == 0) {
            return 0;
        }
        return Math.max(-1, Math.min(1, dot(a, b) / Math.sqrt(squareA * squareB)));
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
