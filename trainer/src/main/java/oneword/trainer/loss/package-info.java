/** The contrastive loss. */
package oneword.trainer.loss;
