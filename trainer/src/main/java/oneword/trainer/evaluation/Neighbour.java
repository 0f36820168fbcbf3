package oneword.trainer.evaluation;

/**
 * The sentence nearest to another one.
 *
 * @param sentence which sentence was asked about, from 0
 * @param neighbour which sentence is nearest to it, from 0, never the same
 * @param cosine their cosine, in [−1, 1]
 */
public record Neighbour(int sentence, int neighbour, double cosine) {}
