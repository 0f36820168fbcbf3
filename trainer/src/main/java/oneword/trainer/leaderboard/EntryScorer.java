package oneword.trainer.leaderboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.Evaluator;
import oneword.trainer.evaluation.Progress;
import oneword.trainer.evaluation.SentenceEmbedder;
import oneword.trainer.evaluation.Task;
import oneword.trainer.evaluation.TaskScore;
import oneword.trainer.evaluation.TransferScore;
import oneword.trainer.mteb.MtebModel;
import oneword.trainer.mteb.MtebResults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Scores the vectors of entries on all tasks, one task after another. */
final class EntryScorer {

    private static final Logger LOG = LoggerFactory.getLogger(EntryScorer.class);

    private final List<BoardTask> tasks;
    private final ScoreCache cache;
    private final Optional<MtebResults> mteb;
    private final Progress embedding;
    private final Progress classifying;
    private final BooleanSupplier stop;

    /**
     * A scorer.
     *
     * @param tasks in the order of the table
     * @param cache of what takes long though the vectors are there
     * @param mteb where results for mteb are written, if they are
     * @param embedding hears how many sentences of a task are embedded
     * @param classifying hears how many rounds of fits of a transfer task are done
     * @param stop asked between rounds
     */
    EntryScorer(List<BoardTask> tasks, ScoreCache cache, Optional<MtebResults> mteb, Progress embedding,
        Progress classifying, BooleanSupplier stop) {
        this.tasks = tasks;
        this.cache = cache;
        this.mteb = mteb;
        this.embedding = embedding;
        this.stop = stop;
        this.classifying = classifying;
    }

    /**
     * What was found.
     *
     * @param result all scores
     * @param speed what the vectors cost
     */
    record Scored(EvaluationResult result, Row.Speed speed) {}

    /**
     * Scores an entry.
     *
     * @param name what the table calls it
     * @param model what mteb is to call it
     * @param vectors its vectors
     * @throws EntryVectors.StoppedException if a stop was asked for; what is finished is in the caches
     */
    Scored score(String name, MtebModel model, EntryVectors vectors) {
        List<TaskScore> scores = new ArrayList<>();
        List<TransferScore> transfer = new ArrayList<>();
        long embedded = 0;
        double seconds = 0;
        int shortened = 0;
        for (BoardTask task : tasks) {
            EntryVectors.Answer answer = vectors.of(task.sentences(), embedding);
            CachedVectors cost = answer.vectors();
            embedded += cost.embedded();
            seconds += cost.seconds();
            shortened += cost.shortened();
            SentenceEmbedder embedder = new LookedUp(name, task.sentences(), cost.rows());
            double score;
            if (task.task() instanceof Task.Transfer) {
                transfer.add(transferScore(task, answer, embedder));
                score = transfer.get(transfer.size() - 1).accuracy();
            } else {
                scores.addAll(evaluate(task, embedder).scores());
                score = scores.get(scores.size() - 1).spearman();
            }
            LOG.info(String.format(Locale.ROOT, "%s: %s %.2f%s", name, task.task().name(), score,
                answer.isCached() ? ", vectors from the cache" : ""));
            mteb.ifPresent(results -> writeForMteb(results, model, task, embedder, cost));
        }
        return new Scored(new EvaluationResult(scores, transfer), new Row.Speed(embedded, seconds, shortened));
    }

    private TransferScore transferScore(BoardTask task, EntryVectors.Answer answer, SentenceEmbedder embedder) {
        ObjectNode key = answer.key().deepCopy();
        key.put("task", task.task().name()).put("data", task.sha256());
        return cache.read(key, task.task().name()).orElseGet(() -> {
            TransferScore score = evaluate(task, embedder).transfer().get(0);
            cache.write(key, score);
            return score;
        });
    }

    private EvaluationResult evaluate(BoardTask task, SentenceEmbedder embedder) {
        Progress rounds = (done, total) -> {
            if (stop.getAsBoolean()) {
                throw new EntryVectors.StoppedException();
            }
            classifying.update(done, total);
        };
        return new Evaluator(embedder, Progress.NONE, rounds).evaluate(List.of(task.task())).result();
    }

    private static void writeForMteb(
        MtebResults results, MtebModel model, BoardTask task, SentenceEmbedder embedder, CachedVectors cost) {
        try {
            results.write(model, List.of(task.task()), embedder, OptionalDouble.of(cost.seconds()));
        } catch (EvaluationException e) {
            LOG.warn("{}: {}", model.name(), e.getMessage());
        }
    }

    /** Vectors that are there already, as an evaluator asks for them. */
    private static final class LookedUp implements SentenceEmbedder {

        private final String name;
        private final Map<String, float[]> vectors = new HashMap<>();

        LookedUp(String name, List<String> sentences, float[][] rows) {
            this.name = name;
            for (int i = 0; i < rows.length; i++) {
                vectors.put(sentences.get(i), rows[i]);
            }
        }

        @Override
        public float[][] embed(List<String> sentences) {
            return sentences.stream().map(vectors::get).toArray(float[][]::new);
        }

        @Override
        public String describe() {
            return name;
        }
    }
}
