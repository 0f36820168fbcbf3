/**
 * In-context learning without training (PromptEOL, arXiv 2307.16645, section 3.2): which solved example, put before the
 * prompt, gives the best vectors on a dev set.
 */
package oneword.trainer.demonstration;
