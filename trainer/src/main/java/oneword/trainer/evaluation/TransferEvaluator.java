package oneword.trainer.evaluation;

import java.util.List;
import oneword.data.transfer.Example;
import oneword.data.transfer.TransferTask;
import oneword.trainer.classifier.LabelledVectors;
import oneword.trainer.classifier.Outcome;
import oneword.trainer.classifier.TransferProtocol;

/** Scores vectors on transfer tasks by SentEval's protocol; a pair (a, b) has the features |a − b| and a · b. */
final class TransferEvaluator {

    private final Progress progress;
    private final int threads;

    TransferEvaluator(Progress progress, int threads) {
        this.progress = progress;
        this.threads = threads;
    }

    /** Rounds of fits that a task takes. */
    static long rounds(TransferTask task) {
        if (task.test().isEmpty()) {
            return TransferProtocol.nestedRounds();
        }
        return task.dev().isEmpty() ? TransferProtocol.crossValidatedRounds() : 1;
    }

    /**
     * Scores a task.
     *
     * @param before rounds done on other tasks
     * @param total rounds of all tasks
     * @throws EvaluationException if it has too few examples, or the thread is interrupted
     */
    TransferScore score(TransferTask task, SentenceVectors vectors, long before, long total) {
        check(task);
        TransferProtocol protocol = new TransferProtocol(threads, done -> progress.update(before + done, total));
        try {
            LabelledVectors train = features(task, task.train(), vectors);
            Outcome outcome;
            int scored = task.test().isEmpty() ? task.train().size() : task.test().size();
            if (task.test().isEmpty()) {
                outcome = protocol.nested(train);
            } else if (task.dev().isEmpty()) {
                outcome = protocol.crossValidated(train, features(task, task.test(), vectors));
            } else {
                outcome = protocol.split(train, features(task, task.dev(), vectors),
                    features(task, task.test(), vectors));
            }
            return new TransferScore(task.name(), scored, outcome.accuracy(), outcome.devAccuracy(),
                task.ofPairs() ? outcome.f1() : Double.NaN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EvaluationException("task " + task.name() + " was interrupted", e);
        }
    }

    private static void check(TransferTask task) {
        if (!task.dev().isEmpty()) {
            return;
        }
        int[] counts = new int[task.classes()];
        task.train().forEach(example -> counts[example.label()]++);
        int most = 0;
        for (int count : counts) {
            most = Math.max(most, count);
        }
        if (task.train().size() < TransferProtocol.FEWEST || most < TransferProtocol.FOLDS) {
            throw new EvaluationException("task " + task.name() + ": cross-validation by ten folds needs at least "
                + TransferProtocol.FEWEST + " examples, and " + TransferProtocol.FOLDS + " of one class; there are "
                + task.train().size() + ", and at most " + most + " of a class. Is the data whole?");
        }
    }

    private static LabelledVectors features(TransferTask task, List<Example> examples, SentenceVectors vectors) {
        float[][] features = new float[examples.size()][];
        int[] labels = new int[features.length];
        for (int i = 0; i < features.length; i++) {
            List<String> sentences = examples.get(i).sentences();
            float[] first = vectors.of(sentences.get(0));
            features[i] = task.ofPairs() ? compared(first, vectors.of(sentences.get(1))) : first;
            labels[i] = examples.get(i).label();
        }
        return new LabelledVectors(features, labels, task.classes());
    }

    private static float[] compared(float[] a, float[] b) {
        float[] features = new float[2 * a.length];
        for (int i = 0; i < a.length; i++) {
            features[i] = Math.abs(a[i] - b[i]);
            features[a.length + i] = a[i] * b[i];
        }
        return features;
    }
}
