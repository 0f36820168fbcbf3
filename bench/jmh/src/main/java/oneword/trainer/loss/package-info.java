/** Benchmarks of the loss, in its package: how it is cut is nobody else's affair. */
package oneword.trainer.loss;
