/** A whole training run: what it needs, its steps, its checkpoints, what it tells and how it ends. */
package oneword.trainer.run;
