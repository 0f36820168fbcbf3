/**
 * The prompt that turns a sentence into the text a model reads: one and the same in training, evaluation and export.
 */
package oneword.data.prompt;
