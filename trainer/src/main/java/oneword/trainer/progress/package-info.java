/**
 * What a user sees on stderr while work goes on: log lines, and below them, on a terminal, one line that says how far
 * the work has come and how long it will take.
 *
 * <p>{@link oneword.trainer.progress.Screen} owns the stream, so that lines and bar never run into each other;
 * {@link oneword.trainer.progress.ProgressDisplay} is one piece of work on it.
 */
package oneword.trainer.progress;
