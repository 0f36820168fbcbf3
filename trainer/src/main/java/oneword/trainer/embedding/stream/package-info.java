/**
 * From a file of sentences to a file of rows, of any length: sentences are read, tokenised, embedded and written window
 * by window, in their order, and what is written survives an interruption.
 */
package oneword.trainer.embedding.stream;
