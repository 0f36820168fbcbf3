package oneword.trainer.evaluation;

/**
 * What an {@link Evaluator} found, and what it took.
 *
 * @param result the scores
 * @param sentences how many sentences were embedded
 * @param embeddingSeconds wall time of embedding
 * @param scoringSeconds wall time of ranking and classifying
 */
public record Evaluation(EvaluationResult result, int sentences, double embeddingSeconds, double scoringSeconds) {

    /**
     * Sentences embedded in a second.
     *
     * @return the rate; 0 where nothing was embedded
     */
    public double sentencesPerSecond() {
        return sentences == 0 ? 0 : sentences / embeddingSeconds;
    }
}
