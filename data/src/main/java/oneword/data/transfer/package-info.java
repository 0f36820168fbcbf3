/** Sentence classification as SentEval's transfer tasks have it: labelled sentences and pairs in SentEval's files. */
package oneword.data.transfer;
