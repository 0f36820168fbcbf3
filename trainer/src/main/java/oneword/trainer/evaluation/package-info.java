/**
 * How good are the vectors: Spearman correlation on graded sentence pairs, tables as papers print them, nearest
 * neighbours.
 *
 * <p>This package sees vectors only as {@code float[][]} and knows nothing of tensors, models or prompts: whatever
 * turns sentences into vectors is a {@link oneword.trainer.evaluation.SentenceEmbedder}.
 */
package oneword.trainer.evaluation;
