package oneword.trainer.classifier;

import java.util.Arrays;

/**
 * Classifiers that differ only in their L2 penalty, trained side by side on the same batches: mean cross-entropy, and
 * torch's Adam (lr 1e-3, betas 0.9 and 0.999, eps 1e-8) with the penalty added to the gradient. Each comes out
 * bit for bit as if it were trained alone; together they read every vector once.
 *
 * <p>Probabilities depend on the scores' differences to class 0 alone, so a step computes classes − 1 products an
 * example, and the gradient of class 0 is minus the sum of the others.
 */
final class AdamSteps {

    private static final double RATE = 1e-3;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final float EPSILON = 1e-8f;

    private final int classes;
    private final int width;
    private final float[] dots = new float[4];
    private long step;

    /** One of the classifiers, and the moments of its gradient. */
    static final class Member {

        private final float penalty;
        private final LinearClassifier classifier;
        private final float[][] mean;
        private final float[][] square;
        private final float[][] differences;
        private final float[][] gradients;
        private final float[][] errors;

        Member(double penalty, LinearClassifier initial, int batch) {
            this.penalty = (float) penalty;
            classifier = initial.copy();
            int classes = initial.weights().length;
            int width = initial.weights()[0].length;
            mean = new float[classes][width];
            square = new float[classes][width];
            differences = new float[classes - 1][width];
            gradients = new float[classes][width];
            errors = new float[classes - 1][batch];
        }

        LinearClassifier classifier() {
            return classifier;
        }

        /** The last step's gradients of the mean cross-entropy, [classes, d + 1], the bias last. */
        float[][] gradients() {
            return gradients;
        }
    }

    AdamSteps(int classes, int width) {
        this.classes = classes;
        this.width = width;
    }

    /**
     * One update of every member.
     *
     * @param members those that still learn
     * @param vectors [n, width]
     * @param labels [n]
     * @param order rows of the data
     * @param from the batch's first place in the order
     * @param to the place behind its last
     */
    void step(Iterable<Member> members, float[][] vectors, int[] labels, int[] order, int from, int to) {
        int n = to - from;
        float[][] x = new float[n][];
        for (int i = 0; i < n; i++) {
            x[i] = vectors[order[from + i]];
        }
        step++;
        float rate = (float) (RATE / (1 - Math.pow(BETA1, step)));
        float root = (float) Math.sqrt(1 - Math.pow(BETA2, step));
        for (Member member : members) {
            differences(member);
        }
        scores(members, x);
        for (Member member : members) {
            errors(member, labels, order, from, n);
            gradients(member, x);
            for (int k = 0; k < classes; k++) {
                update(member.classifier.weights()[k], member.mean[k], member.square[k], member.gradients[k],
                    member.penalty, rate, root);
            }
        }
    }

    private void differences(Member member) {
        float[] first = member.classifier.weights()[0];
        for (int k = 1; k < classes; k++) {
            float[] row = member.classifier.weights()[k];
            float[] difference = member.differences[k - 1];
            for (int j = 0; j <= width; j++) {
                difference[j] = row[j] - first[j];
            }
        }
    }

    /** Leaves the scores, less that of class 0, where the errors will be. */
    private void scores(Iterable<Member> members, float[][] x) {
        float[][] rows = new float[4][];
        float[][] into = new float[4][];
        int gathered = 0;
        for (Member member : members) {
            for (int k = 0; k < classes - 1; k++) {
                rows[gathered] = member.differences[k];
                into[gathered++] = member.errors[k];
                if (gathered == 4) {
                    for (int i = 0; i < x.length; i++) {
                        Vectors.dot4(x[i], rows[0], rows[1], rows[2], rows[3], width, dots);
                        for (int r = 0; r < 4; r++) {
                            into[r][i] = dots[r] + rows[r][width];
                        }
                    }
                    gathered = 0;
                }
            }
        }
        for (int r = 0; r < gathered; r++) {
            scores(rows[r], x, into[r]);
        }
    }

    private void scores(float[] row, float[][] x, float[] into) {
        int i = 0;
        for (; i + 3 < x.length; i += 4) {
            Vectors.dot4(row, x[i], x[i + 1], x[i + 2], x[i + 3], width, dots);
            for (int r = 0; r < 4; r++) {
                into[i + r] = dots[r] + row[width];
            }
        }
        for (; i < x.length; i++) {
            into[i] = Vectors.dot(row, x[i], width) + row[width];
        }
    }

    /** Turns scores into the loss's derivatives: (softmax − one-hot) / n. */
    private void errors(Member member, int[] labels, int[] order, int from, int n) {
        for (int i = 0; i < n; i++) {
            float highest = 0;
            for (float[] scores : member.errors) {
                highest = Math.max(highest, scores[i]);
            }
            double sum = Math.exp(-highest);
            for (float[] scores : member.errors) {
                scores[i] = (float) Math.exp(scores[i] - highest);
                sum += scores[i];
            }
            int label = labels[order[from + i]];
            for (int k = 1; k < classes; k++) {
                float[] scores = member.errors[k - 1];
                scores[i] = (float) ((scores[i] / sum - (k == label ? 1 : 0)) / n);
            }
        }
    }

    private void gradients(Member member, float[][] x) {
        float[] first = member.gradients[0];
        Arrays.fill(first, 0);
        for (int k = 1; k < classes; k++) {
            float[] gradient = member.gradients[k];
            float[] errors = member.errors[k - 1];
            Arrays.fill(gradient, 0);
            int i = 0;
            for (; i + 3 < x.length; i += 4) {
                Vectors.add4(gradient, errors, i, x[i], x[i + 1], x[i + 2], x[i + 3], width);
            }
            for (; i < x.length; i++) {
                Vectors.add(gradient, errors[i], x[i], width);
            }
            for (int b = 0; b < x.length; b++) {
                gradient[width] += errors[b];
            }
            for (int j = 0; j <= width; j++) {
                first[j] -= gradient[j];
            }
        }
    }

    private static void update(float[] weights, float[] mean, float[] square, float[] gradient, float penalty,
            float rate, float root) {
        float fresh = (float) (1 - BETA1);
        float kept = (float) BETA2;
        float freshSquare = (float) (1 - BETA2);
        for (int j = 0; j < weights.length; j++) {
            float g = gradient[j] + penalty * weights[j];
            mean[j] += fresh * (g - mean[j]);
            square[j] = kept * square[j] + freshSquare * (g * g);
            weights[j] -= rate * (mean[j] / ((float) Math.sqrt(square[j]) / root + EPSILON));
        }
    }
}
