/** From text to token ids: the tokenizer of a model folder, and the paper's rules for sentences in a prompt. */
package oneword.data.token;
