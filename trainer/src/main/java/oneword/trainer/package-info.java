/** Trains, evaluates and serves sentence embeddings; {@link oneword.trainer.Embedder} is the door for other programs. */
package oneword.trainer;
