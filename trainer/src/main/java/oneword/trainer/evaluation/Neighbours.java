package oneword.trainer.evaluation;

import java.util.ArrayList;
import java.util.List;

/** Nearest neighbours among a few sentences, by cosine; the work grows with the square of their number. */
public final class Neighbours {

    private Neighbours() {}

    /**
     * Finds for every sentence the one nearest to it among the others; of equally near ones, the first.
     *
     * @param vectors [n, d], n ≥ 2; a zero vector has cosine 0 with everything
     * @return n neighbours, in the order of the vectors
     * @throws EvaluationException if there are fewer than two vectors or one has an element that is not finite
     */
    public static List<Neighbour> nearest(float[][] vectors) {
        if (vectors.length < 2) {
            throw new EvaluationException("nearest neighbours need at least two sentences, found " + vectors.length);
        }
        double[] squares = Cosine.squares(vectors);
        List<Neighbour> nearest = new ArrayList<>();
        for (int i = 0; i < vectors.length; i++) {
            if (!Double.isFinite(squares[i])) {
                throw new EvaluationException("the vector of sentence " + (i + 1) + " of " + vectors.length
                    + " has numbers that are not finite, so nothing is near to it");
            }
            Neighbour best = null;
            for (int j = 0; j < vectors.length; j++) {
                if (j != i) {
                    double cosine = Cosine.of(vectors[i], squares[i], vectors[j], squares[j]);
                    best = best == null || cosine > best.cosine() ? new Neighbour(i, j, cosine) : best;
                }
            }
            nearest.add(best);
        }
        return nearest;
    }
}
