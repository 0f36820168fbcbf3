/** From sentences to vectors: a model together with its tokeniser and its prompt. */
package oneword.trainer.embedding;
