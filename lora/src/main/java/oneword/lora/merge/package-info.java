/**
 * From a base model and an adapter to one Hugging Face folder in which the adapter is part of the weights: streamed,
 * tensor by tensor, and there whole or not at all.
 */
package oneword.lora.merge;
