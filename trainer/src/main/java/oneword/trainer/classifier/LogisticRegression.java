package oneword.trainer.classifier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * SentEval's logistic regression (its {@code MLP} with {@code nhid} 0). After every four epochs the accuracy on
 * held-out rows is taken: a better one than ever keeps a copy of the weights, and at the sixth that is not better,
 * counted over the whole fit, training ends, after 204 epochs at the latest. The copy is the result. Weights and
 * batches are drawn anew from seed 1111 in every fit.
 */
final class LogisticRegression {

    /** The seed of every fit and of every assignment to folds. */
    static final int SEED = 1111;

    private static final int BATCH = 64;
    private static final int EPOCHS_AT_A_TIME = 4;
    private static final int TENACITY = 5;
    private static final int MAX_EPOCH = 200;
    private static final double HELD_OUT = 0.05;

    private LogisticRegression() {}

    /**
     * A fit's result.
     *
     * @param classifier the best of the fit
     * @param accuracy its accuracy on the held-out rows, in [0, 1]
     */
    record Fit(LinearClassifier classifier, double accuracy) {}

    /**
     * Fits one classifier per penalty.
     *
     * @param data the examples
     * @param train rows to learn from
     * @param dev rows that say when to stop, at least one
     * @param penalties L2 penalties
     * @return a fit per penalty
     * @throws CancellationException if the thread is interrupted
     */
    static List<Fit> fit(LabelledVectors data, int[] train, int[] dev, double... penalties) {
        return fit(data, train, dev, new SeededRandom(SEED), penalties);
    }

    /**
     * Fits a classifier with a random twentieth of the rows held out.
     *
     * @param data the examples
     * @param rows at least 20 rows
     * @param penalty L2 penalty
     * @return the fit
     * @throws CancellationException if the thread is interrupted
     */
    static Fit fit(LabelledVectors data, int[] rows, double penalty) {
        SeededRandom random = new SeededRandom(SEED);
        int[] shuffled = Arrays.stream(random.permutation(rows.length)).map(i -> rows[i]).toArray();
        int held = (int) (HELD_OUT * rows.length);
        return fit(data, Arrays.copyOfRange(shuffled, held, rows.length), Arrays.copyOf(shuffled, held), random,
            penalty).get(0);
    }

    private static List<Fit> fit(LabelledVectors data, int[] train, int[] dev, SeededRandom batches,
            double... penalties) {
        LinearClassifier initial =
            LinearClassifier.initial(data.classes(), data.width(), new SeededRandom(SEED));
        List<Search> searches = new ArrayList<>();
        for (double penalty : penalties) {
            searches.add(new Search(new AdamSteps.Member(penalty, initial, BATCH)));
        }
        AdamSteps adam = new AdamSteps(data.classes(), data.width());
        List<Search> active = new ArrayList<>(searches);
        for (int epoch = 0; !active.isEmpty() && epoch <= MAX_EPOCH; epoch += EPOCHS_AT_A_TIME) {
            List<AdamSteps.Member> members = active.stream().map(search -> search.member).toList();
            for (int e = 0; e < EPOCHS_AT_A_TIME; e++) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("interrupted");
                }
                int[] order = Arrays.stream(batches.permutation(train.length)).map(i -> train[i]).toArray();
                for (int from = 0; from < order.length; from += BATCH) {
                    adam.step(members, data.vectors(), data.labels(), order, from,
                        Math.min(from + BATCH, order.length));
                }
            }
            active.removeIf(search -> search.ends(data, dev));
        }
        return searches.stream().map(search -> search.best).toList();
    }

    /** One classifier in training and the best that it has been. */
    private static final class Search {

        private final AdamSteps.Member member;
        private Fit best;
        private int worse;

        Search(AdamSteps.Member member) {
            this.member = member;
        }

        boolean ends(LabelledVectors data, int[] dev) {
            double accuracy = member.classifier().accuracy(data, dev);
            if (best == null || accuracy > best.accuracy()) {
                best = new Fit(member.classifier().copy(), accuracy);
                return false;
            }
            return worse++ >= TENACITY;
        }
    }
}
