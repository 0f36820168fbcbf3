/** Semantic textual similarity: pairs of sentences with a graded score, in SentEval's files and in one's own. */
package oneword.data.sts;
