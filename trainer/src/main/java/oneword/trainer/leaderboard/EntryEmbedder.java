package oneword.trainer.leaderboard;

import oneword.trainer.evaluation.SentenceEmbedder;

/** The loaded model of an entry. */
interface EntryEmbedder extends SentenceEmbedder, AutoCloseable {

    /** How many sentences so far were longer than the model takes and were cut. */
    int shortened();

    @Override
    void close();
}
