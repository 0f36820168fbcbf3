package oneword.trainer.evaluation;

import java.util.List;

/**
 * Turns sentences into vectors. The embedder owns everything between the two: the rules for evaluation text, the
 * prompt, the tokeniser, the order in which it works (it may sort by length) and the precision.
 */
public interface SentenceEmbedder {

    /**
     * Embeds sentences.
     *
     * @param sentences n sentences as they stand in the data set; an empty one counts and has its row
     * @return [n, d] vectors, row i for sentence i, all of the same length d ≥ 1; a row does not depend on the others
     */
    float[][] embed(List<String> sentences);

    /**
     * Says in a few words what makes the vectors, for tables and messages.
     *
     * @return for example {@code opt-125m + runs/first/checkpoints/step-000300, fp32 on cpu}
     */
    String describe();
}
