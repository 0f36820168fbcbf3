package oneword.data.batch;

import java.util.List;

/**
 * The ids of one step. Of B rows, the queries are their anchors; the passages are their positives and after these the
 * hard negatives of those rows that have one: M = 2B for triples, B for pairs.
 *
 * @param step the step, from 0
 * @param epoch the epoch it belongs to, from 0
 * @param rows the row numbers [B]
 * @param queries the ids of each query, B sequences
 * @param passages the ids of each passage, M sequences
 * @param targets [B], the column among the passages that each query is to find
 * @param hardNegatives [B], the column of the row's own hard negative, or -1
 */
public record EncodedBatch(long step, int epoch, int[] rows, List<int[]> queries, List<int[]> passages, int[] targets,
                           int[] hardNegatives) {

    /**
     * How many tokens the model has to read.
     *
     * @return the length of all queries and passages together, padding not counted
     */
    public long tokens() {
        long tokens = 0;
        for (int[] ids : queries) {
            tokens += ids.length;
        }
        for (int[] ids : passages) {
            tokens += ids.length;
        }
        return tokens;
    }
}
