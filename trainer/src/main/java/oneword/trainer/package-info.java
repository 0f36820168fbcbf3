/** Trains, evaluates and serves sentence embeddings; {@link oneword.trainer.Embedder} is the door for programs. */
package oneword.trainer;
