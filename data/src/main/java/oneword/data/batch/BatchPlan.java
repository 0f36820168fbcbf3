package oneword.data.batch;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import oneword.data.DataException;
import oneword.data.nli.Triple;

/**
 * Which rows stand in which batch: a pure function of the rows, the seed and the epoch.
 *
 * <p>Guarantees, for each epoch:
 * <ul>
 * <li>every row stands in exactly one batch, and no batch is empty or larger than the batch size;
 * <li>no text of a row (anchor, positive, hard negative) stands in another row of its batch, since it would be a false
 *     negative there. A repeat inside one row is no collision;
 * <li>a batch never mixes groups;
 * <li>rows are dealt in shuffled order, or in file order without shuffling, each to the earliest batch of its group
 *     that can take it, so only a row whose text is already there moves to a later one. Batches stand in the order of
 *     their first rows, and partial ones are kept.
 * </ul>
 *
 * <p>An epoch takes time and memory near to proportional to the number of rows, whatever repeats. To hold that for
 * contrived rows too, a row that was turned away {@value Placement#PROBES} times goes behind all batches that hold one
 * of its texts.
 */
public final class BatchPlan {

    private static final long ABSENT = 0;

    private final int batchSize;
    private final long seed;
    private final boolean shuffle;
    private final int[] groups;
    private final int groupCount;
    private final int[] texts;
    private final int textCount;

    /**
     * Plans batches of rows that all belong together.
     *
     * @param rows the rows, at least one
     * @param batchSize how many rows a batch has at most, at least 1
     * @param seed decides the order, together with the epoch
     * @param shuffle whether rows are shuffled anew in each epoch
     * @throws DataException if there are no rows or the batch size is less than 1
     */
    public BatchPlan(List<Triple> rows, int batchSize, long seed, boolean shuffle) {
        this(rows, new int[rows.size()], batchSize, seed, shuffle);
    }

    /**
     * Plans batches of rows of several groups (data sets, say).
     *
     * @param rows the rows, at least one
     * @param groups [rows], the group of each row; any numbers
     * @param batchSize how many rows a batch has at most, at least 1
     * @param seed decides the order, together with the epoch
     * @param shuffle whether rows are shuffled anew in each epoch
     * @throws DataException if there are no rows or the batch size is less than 1
     */
    public BatchPlan(List<Triple> rows, int[] groups, int batchSize, long seed, boolean shuffle) {
        if (rows.isEmpty()) {
            throw new DataException("There are no rows to make batches of; give a training file with rows.");
        }
        if (batchSize < 1) {
            throw new DataException("training.batch_size must be 1 or more, found " + batchSize + ".");
        }
        if (groups.length != rows.size()) {
            throw new IllegalArgumentException(groups.length + " groups for " + rows.size() + " rows");
        }
        this.batchSize = batchSize;
        this.seed = seed;
        this.shuffle = shuffle;
        Map<Integer, Integer> known = new HashMap<>();
        this.groups = Arrays.stream(groups).map(group -> {
            Integer number = known.putIfAbsent(group, known.size());
            return number == null ? known.size() - 1 : number;
        }).toArray();
        groupCount = known.size();
        texts = new int[Placement.TEXTS * rows.size()];
        textCount = numberRepeatedTexts(rows);
    }

    /**
     * Gives each text that stands more than once in a group a number, other texts -1. Texts are told apart by 64 bits
     * of hash, so that none of them is held; two that share one by chance count as the same text, which moves a row.
     *
     * @return how many numbers were given
     */
    private int numberRepeatedTexts(List<Triple> rows) {
        long[] hashes = new long[texts.length];
        int place = 0;
        for (Triple row : rows) {
            int group = groups[place / Placement.TEXTS];
            hashes[place++] = hash(group, row.anchor());
            hashes[place++] = hash(group, row.positive());
            hashes[place++] = row.hasHardNegative() ? hash(group, row.hardNegative()) : ABSENT;
        }
        long[] repeated = repeated(hashes);
        for (int i = 0; i < texts.length; i++) {
            texts[i] = Math.max(-1, Arrays.binarySearch(repeated, hashes[i]));
        }
        return repeated.length;
    }

    /** Those that stand more than once, sorted. */
    private static long[] repeated(long[] hashes) {
        long[] sorted = hashes.clone();
        Arrays.sort(sorted);
        int count = 0;
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] == sorted[i - 1] && sorted[i] != ABSENT && (count == 0 || sorted[count - 1] != sorted[i])) {
                sorted[count++] = sorted[i];
            }
        }
        return Arrays.copyOf(sorted, count);
    }

    private static long hash(int group, String text) {
        long hash = mixed(group + 1);
        for (int i = 0; i < text.length(); i++) {
            hash = mixed(hash ^ text.charAt(i));
        }
        return hash == ABSENT ? 1 : hash;
    }

    /** A bijection of the 64 bits; the multiplier is that of SplitMix64's sequence. */
    private static long mixed(long bits) {
        long product = bits * 0x9E3779B97F4A7C15L;
        return product ^ product >>> 32;
    }

    /**
     * The batches of an epoch.
     *
     * @param epoch the epoch, from 0
     * @return row numbers, batch by batch
     */
    public List<int[]> epoch(int epoch) {
        if (epoch < 0) {
            throw new IllegalArgumentException("epochs count from 0, found " + epoch);
        }
        int[] order = shuffle ? Shuffle.permutation(groups.length, seed, epoch) : Shuffle.identity(groups.length);
        Placement placement = new Placement(batchSize, groups, groupCount, texts, textCount);
        for (int row : order) {
            placement.place(row);
        }
        return placement.batches(order);
    }

    /**
     * How many steps some epochs take. It may differ from epoch to epoch where texts repeat, so each is planned.
     *
     * @param epochs how many epochs, from the first
     * @return the number of their batches
     */
    public long steps(int epochs) {
        long steps = 0;
        for (int epoch = 0; epoch < epochs; epoch++) {
            steps += epoch(epoch).size();
        }
        return steps;
    }

    /**
     * How many rows there are.
     *
     * @return the rows of an epoch
     */
    public int rows() {
        return groups.length;
    }
}
