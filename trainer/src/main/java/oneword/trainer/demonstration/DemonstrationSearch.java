package oneword.trainer.demonstration;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import oneword.data.prompt.PromptTemplate;
import oneword.data.sts.StsTask;
import oneword.data.token.SentenceEncoder;
import oneword.trainer.embedding.SentenceModel;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.Progress;
import oneword.trainer.evaluation.SentenceEmbedder;
import oneword.trainer.evaluation.StsEvaluator;

/**
 * Scores the bare prompt and then every candidate before it. Each distinct sentence of the tasks is tokenised and
 * embedded once a candidate, all of them in one call, so that what their prompts begin with alike is computed once
 * wherever the model can do that.
 */
public final class DemonstrationSearch {

    private final SentenceModel model;
    private final PromptTemplate template;
    private final List<StsTask> tasks;
    private final BooleanSupplier stop;
    private final int sentences;

    /**
     * A search.
     *
     * @param model makes the vectors
     * @param template the bare prompt
     * @param tasks what candidates are scored on
     * @param stop whether the work is to stop
     */
    public DemonstrationSearch(
        SentenceModel model, PromptTemplate template, List<StsTask> tasks, BooleanSupplier stop) {
        this.model = model;
        this.template = template;
        this.tasks = List.copyOf(tasks);
        this.stop = stop;
        sentences = distinctSentences(tasks);
    }

    /** How many sentences are embedded for each candidate. */
    public static int distinctSentences(List<StsTask> tasks) {
        return (int) tasks.stream().flatMap(task -> task.pairs().stream())
            .flatMap(pair -> Stream.of(pair.sentence1(), pair.sentence2())).distinct().count();
    }

    /** Hears how the search comes on. */
    public interface Listener {

        /**
         * After each batch.
         *
         * @param done sentences embedded, those of candidates that were scored before included
         * @param total sentences of all candidates and the baseline
         */
        void embedded(long done, long total);

        /** After each candidate: how many there are by now, and the latest. */
        void scored(int count, CandidateScore score);
    }

    /**
     * Scores all that the log does not hold yet.
     *
     * @param candidates each once
     * @param log holds scores of an earlier run, and takes those of this one
     * @param listener hears how it comes on
     * @return the baseline, then the candidates in their order
     * @throws CancellationException if the work was to stop; the log holds what was done
     * @throws oneword.data.DataException if a demonstration leaves no room for a sentence in the model's positions
     */
    public List<CandidateScore> run(List<Demonstration> candidates, ScoreLog log, Listener listener) {
        List<Optional<Demonstration>> all = new ArrayList<>();
        all.add(Optional.empty());
        candidates.forEach(candidate -> all.add(Optional.of(candidate)));
        long total = (long) all.size() * sentences;
        long known = all.stream().filter(candidate -> log.of(candidate).isPresent()).count();
        long done = known * sentences;
        List<CandidateScore> scores = new ArrayList<>();
        for (Optional<Demonstration> candidate : all) {
            Optional<CandidateScore> before = log.of(candidate);
            if (before.isEmpty()) {
                long start = done;
                EvaluationResult result = evaluate(candidate, count -> listener.embedded(start + count, total));
                done += sentences;
                CandidateScore score = new CandidateScore(candidate, result);
                log.add(score);
                scores.add(score);
                listener.scored((int) (done / sentences), score);
            } else {
                scores.add(before.get());
            }
        }
        return scores;
    }

    private EvaluationResult evaluate(Optional<Demonstration> candidate, IntConsumer progress) {
        PromptTemplate prompt = candidate
            .map(solved -> template.withDemonstration(solved.sentence(), solved.word())).orElse(template);
        SentenceEncoder encoder = model.encoder(prompt);
        SentenceEmbedder embedder = new SentenceEmbedder() {

            @Override
            public float[][] embed(List<String> texts) {
                return model.embed(texts.stream().map(encoder::evaluation).toList(), count -> {
                    if (stop.getAsBoolean()) {
                        throw new CancellationException("asked to stop");
                    }
                    progress.accept(count);
                });
            }

            @Override
            public String describe() {
                return "the prompt " + prompt.template();
            }
        };
        return new StsEvaluator(embedder, sentences, Progress.NONE).evaluate(tasks);
    }
}
