/** Files of vectors: what {@code oneword embed} writes. */
package oneword.trainer.embedding;
