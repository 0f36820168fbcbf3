package oneword.trainer.classifier;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Folds in which every class has its share, shuffled: scikit-learn's {@code StratifiedKFold(k, shuffle=True,
 * random_state=seed)}, fold for fold.
 */
final class StratifiedFolds {

    private StratifiedFolds() {}

    /**
     * Assigns examples to folds.
     *
     * @param labels n classes, from 0
     * @param folds how many folds, at most as many as the largest class has examples
     * @param seed of the shuffle
     * @return [n] the fold in which each example is tested, from 0
     */
    static int[] assign(int[] labels, int folds, int seed) {
        int[] classes = IntStream.of(labels).distinct().toArray();
        int[] sorted = IntStream.range(0, classes.length)
            .flatMap(k -> IntStream.of(labels).filter(label -> label == classes[k]).map(label -> k)).toArray();
        SeededRandom random = new SeededRandom(seed);
        int[] assigned = new int[labels.length];
        for (int k = 0; k < classes.length; k++) {
            int[] ofClass = ofClass(sorted, k, folds);
            random.shuffle(ofClass);
            int next = 0;
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] == classes[k]) {
                    assigned[i] = ofClass[next++];
                }
            }
        }
        return assigned;
    }

    /** As many of each fold as the class has among every {@code folds}-th of the sorted labels. */
    private static int[] ofClass(int[] sorted, int k, int folds) {
        int[] fold = new int[sorted.length];
        int n = 0;
        for (int f = 0; f < folds; f++) {
            for (int i = f; i < sorted.length; i += folds) {
                if (sorted[i] == k) {
                    fold[n++] = f;
                }
            }
        }
        return Arrays.copyOf(fold, n);
    }
}
