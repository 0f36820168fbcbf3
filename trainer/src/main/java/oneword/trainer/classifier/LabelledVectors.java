package oneword.trainer.classifier;

/**
 * Examples to learn from or to be scored on.
 *
 * @param vectors [n, d], finite
 * @param labels [n] classes, from 0 to {@code classes} − 1
 * @param classes how many classes there are, at least 2
 */
public record LabelledVectors(float[][] vectors, int[] labels, int classes) {

    /** Checks that each vector has its label. */
    public LabelledVectors {
        if (vectors.length != labels.length) {
            throw new IllegalArgumentException(vectors.length + " vectors and " + labels.length + " labels");
        }
    }

    int size() {
        return labels.length;
    }

    int width() {
        return vectors[0].length;
    }

    int[] rows() {
        int[] rows = new int[size()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
        return rows;
    }
}
