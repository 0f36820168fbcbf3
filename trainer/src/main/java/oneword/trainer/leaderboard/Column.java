package oneword.trainer.leaderboard;

import java.util.List;

/**
 * A task as a column.
 *
 * @param task its name
 * @param label what the column is headed
 * @param isTransfer whether it is a transfer task, scored by accuracy, or one of graded pairs, by Spearman
 * @param scored how many pairs or examples are scored
 * @param sentences how many distinct sentences are embedded
 * @param sha256 of all sentences and gold scores or classes as they were read
 * @param files where they were read from
 */
public record Column(String task, String label, boolean isTransfer, int scored, int sentences, String sha256,
                     List<DataFile> files) {

    /** Keeps the files as they are now. */
    public Column {
        files = List.copyOf(files);
    }

    /**
     * A file with data.
     *
     * @param path where it lies
     * @param sha256 of its bytes
     */
    public record DataFile(String path, String sha256) {}
}
