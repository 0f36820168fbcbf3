/** AdamW and the learning-rate schedule, equal to torch's and transformers'. */
package oneword.trainer.optimizer;
