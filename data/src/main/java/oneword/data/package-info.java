/** From text to batches of token ids. Knows nothing of tensors, models or training. */
package oneword.data;
