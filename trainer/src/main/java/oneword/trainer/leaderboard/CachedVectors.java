package oneword.trainer.leaderboard;

/**
 * Vectors of a list of sentences, and what they cost.
 *
 * @param rows [n, d]
 * @param embedded how many of the n went through the model; the others were known already
 * @param seconds wall time of these
 * @param shortened how many of these were longer than the model takes and were cut
 */
record CachedVectors(float[][] rows, int embedded, double seconds, int shortened) {}
