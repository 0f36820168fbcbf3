/**
 * The folder of a run and what survives a crash in it.
 *
 * <pre>
 * runs/NAME/
 *   .lock                      held while a process writes the run
 *   config.yaml  environment.json  metrics.jsonl  log.txt  results.json
 *   checkpoints/step-000050/   files of the checkpoint and manifest.json
 *   best                       relative link to one of the checkpoints, or a file naming it
 * </pre>
 *
 * <p>Whatever has a name that starts with a dot is unfinished (or the lock) and means nothing to a reader. Nothing here
 * knows of tensors: files arrive as {@link oneword.trainer.checkpoint.FileContent}.
 */
package oneword.trainer.checkpoint;
