/**
 * One table of many models: entries of a configuration times tasks, beside published numbers. Vectors are kept in a
 * cache, so that a stopped or repeated leaderboard computes only what is not there yet.
 */
package oneword.trainer.leaderboard;
