/**
 * Checkpoints in forms that other programs load: PEFT's adapter folder, a merged Hugging Face model, and a
 * sentence-transformers folder that needs no code of ours. Each has a model card.
 */
package oneword.trainer.export;
