package oneword.trainer.classifier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * SentEval's three ways of scoring vectors by a logistic regression whose L2 penalty is chosen among 1e-5, 1e-4, 1e-3
 * and 1e-2. Accuracies are rounded to two decimals where SentEval rounds them, and of equally good penalties the
 * smallest is taken.
 *
 * <p>Fits of different folds run side by side; the result does not depend on how many.
 */
public final class TransferProtocol {

    /** Folds of every cross-validation. */
    public static final int FOLDS = 10;

    /** The fewest examples of a training part: a twentieth of nine tenths of them is held out. */
    public static final int FEWEST = 30;

    private static final double[] PENALTIES = {1e-5, 1e-4, 1e-3, 1e-2};

    private final int threads;
    private final LongConsumer fitted;

    /**
     * The protocol.
     *
     * @param threads how many fits run side by side, at least 1
     * @param fitted hears how many rounds of fits of a task are done, on the calling thread
     */
    public TransferProtocol(int threads, LongConsumer fitted) {
        this.threads = threads;
        this.fitted = fitted;
    }

    /**
     * How many rounds of fits {@link #nested} makes.
     *
     * @return for its progress
     */
    public static int nestedRounds() {
        return FOLDS * FOLDS + FOLDS;
    }

    /**
     * How many rounds of fits {@link #crossValidated} makes.
     *
     * @return for its progress
     */
    public static int crossValidatedRounds() {
        return FOLDS + 1;
    }

    /**
     * Nested ten-fold cross-validation: within each outer training part the penalty is chosen by ten inner folds, then
     * the outer test part is scored.
     *
     * @param data all examples, at least {@value #FEWEST}, and ten of one class
     * @return the means over the outer folds
     * @throws InterruptedException if the thread is interrupted; all work has ended then
     */
    public Outcome nested(LabelledVectors data) throws InterruptedException {
        int[] outer = StratifiedFolds.assign(data.labels(), FOLDS, LogisticRegression.SEED);
        List<Callable<double[]>> inner = new ArrayList<>();
        for (int fold = 0; fold < FOLDS; fold++) {
            inner.addAll(folds(data, without(outer, fold)));
        }
        List<double[]> accuracies = Rounds.run(inner, threads, 0, fitted);
        double dev = 0;
        List<Callable<Double>> tests = new ArrayList<>();
        for (int fold = 0; fold < FOLDS; fold++) {
            double[] means = means(accuracies.subList(fold * FOLDS, (fold + 1) * FOLDS));
            int best = best(means);
            dev += means[best];
            int[] train = without(outer, fold);
            int[] test = only(outer, fold);
            tests.add(() -> percent(
                LogisticRegression.fit(data, train, PENALTIES[best]).classifier().accuracy(data, test)));
        }
        double sum = 0;
        for (double accuracy : Rounds.run(tests, threads, inner.size(), fitted)) {
            sum += accuracy;
        }
        return new Outcome(rounded(sum / FOLDS), rounded(dev / FOLDS), Double.NaN);
    }

    /**
     * The penalty is chosen by ten folds of the training part; then the test part is scored.
     *
     * @param train at least {@value #FEWEST} examples, and ten of one class
     * @param test at least one
     * @return accuracy on the test part
     * @throws InterruptedException if the thread is interrupted; all work has ended then
     */
    public Outcome crossValidated(LabelledVectors train, LabelledVectors test) throws InterruptedException {
        double[] means = means(Rounds.run(folds(train, train.rows()), threads, 0, fitted));
        int best = best(means);
        List<Callable<LinearClassifier>> last =
            List.of(() -> LogisticRegression.fit(train, train.rows(), PENALTIES[best]).classifier());
        return score(Rounds.run(last, threads, FOLDS, fitted).get(0), test, means[best]);
    }

    /**
     * The penalty is chosen on a dev part, which also says when each fit ends.
     *
     * @param train at least one example
     * @param dev at least one
     * @param test at least one
     * @return accuracy on the test part
     * @throws InterruptedException if the thread is interrupted; all work has ended then
     */
    public Outcome split(LabelledVectors train, LabelledVectors dev, LabelledVectors test)
            throws InterruptedException {
        int[] rows = IntStream.range(train.size(), train.size() + dev.size()).toArray();
        LabelledVectors both = joined(train, dev);
        // SentEval fits the best penalty once more, from the same seed: that is the same classifier.
        List<Callable<List<LogisticRegression.Fit>>> fits =
            List.of(() -> LogisticRegression.fit(both, train.rows(), rows, PENALTIES));
        List<LogisticRegression.Fit> fit = Rounds.run(fits, threads, 0, fitted).get(0);
        double[] accuracies = fit.stream().mapToDouble(each -> percent(each.accuracy())).toArray();
        int best = best(accuracies);
        return score(fit.get(best).classifier(), test, accuracies[best]);
    }

    private static LabelledVectors joined(LabelledVectors a, LabelledVectors b) {
        float[][] vectors = Arrays.copyOf(a.vectors(), a.size() + b.size());
        System.arraycopy(b.vectors(), 0, vectors, a.size(), b.size());
        int[] labels = Arrays.copyOf(a.labels(), vectors.length);
        System.arraycopy(b.labels(), 0, labels, a.size(), b.size());
        return new LabelledVectors(vectors, labels, a.classes());
    }

    /** Fits on nine tenths of some rows, whose results are the accuracies on the last tenth, one per penalty. */
    private static List<Callable<double[]>> folds(LabelledVectors data, int[] rows) {
        int[] labels = IntStream.of(rows).map(row -> data.labels()[row]).toArray();
        int[] assigned = StratifiedFolds.assign(labels, FOLDS, LogisticRegression.SEED);
        List<Callable<double[]>> fits = new ArrayList<>();
        for (int fold = 0; fold < FOLDS; fold++) {
            int[] train = IntStream.of(without(assigned, fold)).map(i -> rows[i]).toArray();
            int[] dev = IntStream.of(only(assigned, fold)).map(i -> rows[i]).toArray();
            fits.add(() -> LogisticRegression.fit(data, train, dev, PENALTIES).stream()
                .mapToDouble(LogisticRegression.Fit::accuracy).toArray());
        }
        return fits;
    }

    private static int[] without(int[] assigned, int fold) {
        return IntStream.range(0, assigned.length).filter(i -> assigned[i] != fold).toArray();
    }

    private static int[] only(int[] assigned, int fold) {
        return IntStream.range(0, assigned.length).filter(i -> assigned[i] == fold).toArray();
    }

    private static double[] means(List<double[]> accuracies) {
        double[] means = new double[PENALTIES.length];
        for (int p = 0; p < means.length; p++) {
            int penalty = p;
            means[p] = percent(accuracies.stream().mapToDouble(each -> each[penalty]).sum() / accuracies.size());
        }
        return means;
    }

    private static int best(double[] accuracies) {
        int best = 0;
        for (int i = 1; i < accuracies.length; i++) {
            best = accuracies[i] > accuracies[best] ? i : best;
        }
        return best;
    }

    private static Outcome score(LinearClassifier classifier, LabelledVectors test, double devAccuracy) {
        int right = 0;
        int hits = 0;
        int claims = 0;
        int positives = 0;
        for (int i = 0; i < test.size(); i++) {
            int found = classifier.classOf(test.vectors()[i]);
            right += found == test.labels()[i] ? 1 : 0;
            hits += found == 1 && test.labels()[i] == 1 ? 1 : 0;
            claims += found == 1 ? 1 : 0;
            positives += test.labels()[i] == 1 ? 1 : 0;
        }
        double f1 = claims + positives == 0 ? 0 : 2.0 * hits / (claims + positives);
        return new Outcome(percent((double) right / test.size()), devAccuracy, percent(f1));
    }

    private static double percent(double share) {
        return rounded(100 * share);
    }

    private static double rounded(double percent) {
        return Math.rint(percent * 100) / 100;
    }
}
