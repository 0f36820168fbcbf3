package oneword.trainer.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import oneword.data.sts.GradedPair;
import oneword.data.sts.StsTask;

/**
 * Scores sentence vectors on graded pairs: the cosine of the two vectors of a pair, in double, is ranked against the
 * gold score over all pairs of a task (SentEval's "all" setting).
 *
 * <p>A sentence that stands in several pairs or several tasks of one call is embedded once.
 */
public final class StsEvaluator {

    /** How many sentences go to the embedder at once unless told otherwise. */
    public static final int DEFAULT_CHUNK = 1024;

    private final SentenceEmbedder embedder;
    private final int chunk;
    private final Progress progress;

    /**
     * An evaluator that hands over {@value #DEFAULT_CHUNK} sentences at a time.
     *
     * @param embedder makes the vectors
     * @param progress hears how many of the distinct sentences are embedded
     */
    public StsEvaluator(SentenceEmbedder embedder, Progress progress) {
        this(embedder, DEFAULT_CHUNK, progress);
    }

    /**
     * An evaluator.
     *
     * @param embedder makes the vectors
     * @param chunk how many sentences go to the embedder at once, at least 1
     * @param progress hears how many of the distinct sentences are embedded
     */
    public StsEvaluator(SentenceEmbedder embedder, int chunk, Progress progress) {
        if (chunk < 1) {
            throw new IllegalArgumentException("chunk must be at least 1, found " + chunk);
        }
        this.embedder = embedder;
        this.chunk = chunk;
        this.progress = progress;
    }

    /**
     * Scores tasks. A zero vector has cosine 0 with everything.
     *
     * @param tasks with distinct names
     * @return one score per task, in their order
     * @throws EvaluationException if a vector has an element that is not finite; the message names the sentence
     * @throws IllegalArgumentException if two tasks have one name
     * @throws IllegalStateException if the embedder breaks its contract (number or lengths of rows)
     */
    public EvaluationResult evaluate(List<StsTask> tasks) {
        return evaluate(tasks, PairCosines.NONE);
    }

    /**
     * Scores tasks as {@link #evaluate(List)} does, and tells the cosines behind each score.
     *
     * @param tasks with distinct names
     * @param heard hears each task's
     * @return one score per task, in their order
     */
    public EvaluationResult evaluate(List<StsTask> tasks, PairCosines heard) {
        Map<String, Integer> rows = rowsOf(tasks);
        List<String> sentences = List.copyOf(rows.keySet());
        float[][] vectors = embed(sentences);
        double[] squares = Cosine.squares(vectors);
        List<TaskScore> scores = new ArrayList<>();
        for (StsTask task : tasks) {
            double[] cosines = new double[task.pairs().size()];
            double[] gold = new double[cosines.length];
            for (int i = 0; i < cosines.length; i++) {
                GradedPair pair = task.pairs().get(i);
                int a = rows.get(pair.sentence1());
                int b = rows.get(pair.sentence2());
                cosines[i] = Cosine.of(vectors[a], squares[a], vectors[b], squares[b]);
                gold[i] = pair.score();
            }
            TaskScore score = new TaskScore(task.name(), cosines.length, 100 * Spearman.correlation(cosines, gold));
            heard.scored(task, cosines, score);
            scores.add(score);
        }
        return new EvaluationResult(scores);
    }

    /**
     * Counts the distinct sentences of some tasks: what {@link #evaluate} has to embed.
     *
     * @param tasks any tasks
     * @return how many
     */
    public static int distinctSentences(List<StsTask> tasks) {
        return rowsOf(tasks).size();
    }

    private static Map<String, Integer> rowsOf(List<StsTask> tasks) {
        Map<String, Integer> rows = new LinkedHashMap<>();
        for (StsTask task : tasks) {
            for (GradedPair pair : task.pairs()) {
                rows.putIfAbsent(pair.sentence1(), rows.size());
                rows.putIfAbsent(pair.sentence2(), rows.size());
            }
        }
        return rows;
    }

    private float[][] embed(List<String> sentences) {
        float[][] vectors = new float[sentences.size()][];
        progress.update(0, vectors.length);
        for (int from = 0; from < vectors.length; from += chunk) {
            List<String> part = sentences.subList(from, Math.min(from + chunk, vectors.length));
            float[][] rows = embedder.embed(part);
            check(part, rows, from == 0 ? null : vectors[0]);
            System.arraycopy(rows, 0, vectors, from, rows.length);
            progress.update(from + rows.length, vectors.length);
        }
        return vectors;
    }

    private void check(List<String> sentences, float[][] rows, float[] first) {
        if (rows.length != sentences.size()) {
            throw new IllegalStateException(embedder.describe() + " gave " + rows.length + " vectors for "
                + sentences.size() + " sentences");
        }
        int width = first == null ? rows[0].length : first.length;
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != width) {
                throw new IllegalStateException(embedder.describe() + " gave vectors of " + width + " and of "
                    + rows[i].length + " numbers");
            }
            for (float value : rows[i]) {
                if (!Float.isFinite(value)) {
                    throw notFinite(sentences.get(i), rows[i]);
                }
            }
        }
    }

    private EvaluationException notFinite(String sentence, float[] row) {
        int bad = 0;
        for (float value : row) {
            bad += Float.isFinite(value) ? 0 : 1;
        }
        return new EvaluationException("the vector of the sentence \"" + sentence + "\" has " + bad + " of "
            + row.length + " numbers that are not finite (model: " + embedder.describe()
            + "). A score from such vectors would mean nothing; half precision may have overflowed: evaluate with"
            + " --precision fp32, or use an earlier checkpoint");
    }
}
