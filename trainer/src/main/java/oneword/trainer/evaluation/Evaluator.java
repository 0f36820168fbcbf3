package oneword.trainer.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Scores a model on any tasks: Spearman on graded pairs ({@link StsEvaluator}), accuracy on transfer tasks.
 *
 * <pre>{@code
 * List<Task> tasks = TaskList.parse("sts,transfer").read(Optional.of(sentEval), StsProtocol.SENTEVAL, Path::of);
 * EvaluationResult result = new Evaluator(embedder, Progress.NONE, Progress.NONE).evaluate(tasks).result();
 * }</pre>
 *
 * <p>A sentence that stands in several tasks is embedded once, as long as all vectors fit into a third of the heap;
 * otherwise tasks are taken one group after another, and a sentence is embedded once a group.
 */
public final class Evaluator {

    private static final int HEAP_SHARE = 3;

    private final SentenceEmbedder embedder;
    private final Progress embedding;
    private final Progress classifying;
    private final int threads;
    private final long vectorBytes;

    /**
     * An evaluator that classifies on all processors.
     *
     * @param embedder makes the vectors
     * @param embedding hears how many sentences are embedded
     * @param classifying hears how many rounds of fits are done, where there are transfer tasks
     */
    public Evaluator(SentenceEmbedder embedder, Progress embedding, Progress classifying) {
        this(embedder, embedding, classifying, Runtime.getRuntime().availableProcessors(),
            Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    }

    /**
     * An evaluator.
     *
     * @param embedder makes the vectors
     * @param embedding hears how many sentences are embedded
     * @param classifying hears how many rounds of fits are done, where there are transfer tasks
     * @param threads how many fits run side by side; the scores do not depend on it
     * @param vectorBytes how much the vectors of a group of tasks may take, if the group has more than one task
     */
    Evaluator(SentenceEmbedder embedder, Progress embedding, Progress classifying, int threads, long vectorBytes) {
        this.embedder = embedder;
        this.embedding = embedding;
        this.classifying = classifying;
        this.threads = threads;
        this.vectorBytes = vectorBytes;
    }

    /** Tasks whose sentences are embedded together. */
    private record Group(List<Task> tasks, Set<String> sentences) {}

    /**
     * Scores tasks.
     *
     * @param tasks with distinct names
     * @return one score per task, in their order within each kind
     * @throws EvaluationException if a vector has an element that is not finite, or a transfer task has too few
     *     examples
     * @throws IllegalArgumentException if two tasks have one name
     * @throws IllegalStateException if the embedder breaks its contract (number or lengths of rows)
     */
    public Evaluation evaluate(List<Task> tasks) {
        return evaluate(tasks, PairCosines.NONE);
    }

    /**
     * Scores tasks as {@link #evaluate(List)} does, and tells the cosines behind each Spearman.
     *
     * @param tasks with distinct names
     * @param heard hears each task's of graded pairs
     * @return one score per task, in their order within each kind
     */
    public Evaluation evaluate(List<Task> tasks, PairCosines heard) {
        List<Group> groups = groups(tasks);
        int total = groups.stream().mapToInt(group -> group.sentences().size()).sum();
        long rounds = tasks.stream().mapToLong(Evaluator::rounds).sum();
        List<TaskScore> sts = new ArrayList<>();
        List<TransferScore> transfer = new ArrayList<>();
        TransferEvaluator classifier = new TransferEvaluator(classifying, threads);
        long done = 0;
        int embedded = 0;
        long embeddingTime = 0;
        long begin = System.nanoTime();
        for (Group group : groups) {
            long start = System.nanoTime();
            SentenceVectors vectors = SentenceVectors.embed(
                embedder, StsEvaluator.DEFAULT_CHUNK, group.sentences(), embedded, total, embedding);
            embedded += group.sentences().size();
            embeddingTime += System.nanoTime() - start;
            for (Task task : group.tasks()) {
                if (task instanceof Task.Sts graded) {
                    sts.add(StsEvaluator.score(graded.sts(), vectors, heard));
                } else if (task instanceof Task.Transfer labelled) {
                    classifying.update(done, rounds);
                    transfer.add(classifier.score(labelled.transfer(), vectors, done, rounds));
                }
                done += rounds(task);
            }
        }
        return new Evaluation(new EvaluationResult(sts, transfer), embedded, embeddingTime / 1e9,
            (System.nanoTime() - begin - embeddingTime) / 1e9);
    }

    private static long rounds(Task task) {
        return task instanceof Task.Transfer labelled ? TransferEvaluator.rounds(labelled.transfer()) : 0;
    }

    private List<Group> groups(List<Task> tasks) {
        List<Group> groups = new ArrayList<>();
        long most = tasks.size() < 2 ? Long.MAX_VALUE : vectorBytes / bytesPerSentence(tasks);
        for (Task task : tasks) {
            Set<String> sentences = new LinkedHashSet<>();
            task.sentences().forEach(sentences::add);
            Group last = groups.isEmpty() ? null : groups.get(groups.size() - 1);
            if (last != null) {
                Set<String> together = new LinkedHashSet<>(last.sentences());
                together.addAll(sentences);
                if (together.size() <= most) {
                    last.tasks().add(task);
                    last.sentences().addAll(sentences);
                    continue;
                }
            }
            groups.add(new Group(new ArrayList<>(List.of(task)), sentences));
        }
        return groups;
    }

    /** Of a vector, by the first sentence's. */
    private long bytesPerSentence(List<Task> tasks) {
        return tasks.stream().flatMap(Task::sentences).limit(1)
            .map(sentence -> embedder.embed(List.of(sentence)))
            .filter(rows -> rows.length > 0 && rows[0].length > 0)
            .mapToLong(rows -> (long) Float.BYTES * rows[0].length)
            .findFirst().orElse(Float.BYTES);
    }
}
