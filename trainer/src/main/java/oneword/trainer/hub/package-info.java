/**
 * From what the user calls a model to a folder on this machine: a path, Hugging Face's local cache, or a download into
 * that cache.
 */
package oneword.trainer.hub;
