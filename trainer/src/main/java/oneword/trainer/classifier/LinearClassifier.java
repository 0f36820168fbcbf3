package oneword.trainer.classifier;

/**
 * One linear layer: the class with the largest {@code w · x + b}, the first of equals.
 *
 * @param weights [classes, d + 1], the bias last
 */
record LinearClassifier(float[][] weights) {

    /** The layer as torch initialises it: all weights, then the biases, uniform in ±1/√d. */
    static LinearClassifier initial(int classes, int width, SeededRandom random) {
        float bound = (float) (1 / Math.sqrt(width));
        float[][] weights = new float[classes][width + 1];
        for (float[] row : weights) {
            for (int i = 0; i < width; i++) {
                row[i] = random.uniform(bound);
            }
        }
        for (float[] row : weights) {
            row[width] = random.uniform(bound);
        }
        return new LinearClassifier(weights);
    }

    LinearClassifier copy() {
        float[][] copy = new float[weights.length][];
        for (int k = 0; k < copy.length; k++) {
            copy[k] = weights[k].clone();
        }
        return new LinearClassifier(copy);
    }

    int classOf(float[] vector) {
        int best = 0;
        float highest = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < weights.length; k++) {
            float score = Vectors.dot(weights[k], vector, vector.length) + weights[k][vector.length];
            if (score > highest) {
                highest = score;
                best = k;
            }
        }
        return best;
    }

    /** The share of some rows whose class is found. */
    double accuracy(LabelledVectors data, int[] rows) {
        int right = 0;
        for (int row : rows) {
            right += classOf(data.vectors()[row]) == data.labels()[row] ? 1 : 0;
        }
        return (double) right / rows.length;
    }
}
