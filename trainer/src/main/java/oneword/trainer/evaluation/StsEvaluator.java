package oneword.trainer.evaluation;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
        Set<String> sentences = distinct(tasks);
        SentenceVectors vectors =
            SentenceVectors.embed(embedder, chunk, sentences, 0, sentences.size(), progress);
        return new EvaluationResult(tasks.stream().map(task -> score(task, vectors, heard)).toList());
    }

    /** Scores one task by vectors that are there. */
    static TaskScore score(StsTask task, SentenceVectors vectors, PairCosines heard) {
        double[] cosines = new double[task.pairs().size()];
        double[] gold = new double[cosines.length];
        for (int i = 0; i < cosines.length; i++) {
            GradedPair pair = task.pairs().get(i);
            cosines[i] = vectors.cosine(pair.sentence1(), pair.sentence2());
            gold[i] = pair.score();
        }
        TaskScore score = new TaskScore(task.name(), cosines.length, 100 * Spearman.correlation(cosines, gold));
        heard.scored(task, cosines, score);
        return score;
    }

    private static Set<String> distinct(Collection<StsTask> tasks) {
        Set<String> sentences = new LinkedHashSet<>();
        for (StsTask task : tasks) {
            new Task.Sts(task).sentences().forEach(sentences::add);
        }
        return sentences;
    }
}
