/** The training step, the loop around it, and what listens to it. */
package oneword.trainer.loop;
