/**
 * Scores in the form that the Python package mteb keeps and reads: one JSON file a task, in the folders of its result
 * cache.
 */
package oneword.trainer.mteb;
