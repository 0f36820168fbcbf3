package oneword.lora.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Sentences on the device, laid out so that little is computed twice or for padding.
 *
 * <p>Tokens stand end to end in t rows: first those that all sentences begin with, if they are shared, then what each
 * sentence has of its own. Sentences of similar length form a block, right-padded to its longest; attention works block
 * by block, everything else on all rows alike. At least one token of each sentence is its own. In larger batches a
 * sentence of token 0 that nobody asks for comes last, so that the number of rows is a round one: matrix products are
 * faster, and libraries that keep what they prepared for a shape keep less.
 *
 * @param ids int32 [t]
 * @param positions int64 [t], place of each token in its sentence
 * @param blocks bool [n_i, s_i] each: the blocks in the order of the rows, true where a token is no padding
 * @param last int64 [blocks' sentences], the row of each sentence's last token, in the order of the blocks
 * @param order int64 [n], for each of the caller's sentences its place in the order of the blocks
 * @param longest tokens of the longest sentence, those of the past included
 * @param past what stands before all rows and was computed before; null where nothing was
 */
public record TokenBatch(
    NDArray ids, NDArray positions, List<NDArray> blocks, NDArray last, NDArray order, int longest, PrefixCache past) {

    /** Lengths that differ by less than this share a block: on a CPU padding costs more than another block. */
    private static final int CPU_BLOCK_LENGTHS = 1;
    private static final int GPU_BLOCK_LENGTHS = 8;
    private static final int ROUND_ROWS = 32;
    /** Below this number of rows, rounding would cost more than it gives. */
    private static final int FEW_ROWS = 512;

    /**
     * Lays out sentences and copies them to the manager's device.
     *
     * @param manager owns the arrays
     * @param ids row-major [n, width], right-padded
     * @param lengths real tokens of each row, 1 to width
     * @param width tokens of a row, padding included
     * @param sharePrefix whether the tokens that all rows begin with are computed once; with dropout they then have the
     *     same masks in all rows, without it this changes nothing but rounding
     */
    public static TokenBatch of(NDManager manager, int[] ids, int[] lengths, int width, boolean sharePrefix) {
        return behind(null, manager, ids, lengths, width, sharePrefix);
    }

    /**
     * Lays out sentences that all go on behind tokens computed before.
     *
     * @param past those tokens, or null where there are none; it must live as long as the batch
     * @param manager owns the arrays
     * @param ids row-major [n, width], right-padded, without the tokens of the past
     * @param lengths real tokens of each row, 1 to width
     * @param width tokens of a row, padding included
     * @param sharePrefix as above
     */
    public static TokenBatch behind(
        PrefixCache past, NDManager manager, int[] ids, int[] lengths, int width, boolean sharePrefix) {
        check(ids, lengths, width);
        int first = past == null ? 0 : past.length();
        int prefix = sharePrefix ? commonPrefix(ids, lengths, width) : 0;
        Integer[] sorted = new Integer[lengths.length];
        Arrays.setAll(sorted, i -> i);
        Arrays.sort(sorted, Comparator.comparingInt(i -> -lengths[i]));
        int span = manager.getDevice().isGpu() ? GPU_BLOCK_LENGTHS : CPU_BLOCK_LENGTHS;
        Rows rows = new Rows(lengths.length);
        rows.add(ids, 0, prefix, first);
        List<NDArray> blocks = new ArrayList<>();
        for (int begin = 0, end; begin < sorted.length; begin = end) {
            int longest = lengths[sorted[begin]];
            end = begin;
            while (end < sorted.length && lengths[sorted[end]] > longest - span) {
                end++;
            }
            int own = longest - prefix;
            boolean[] real = new boolean[(end - begin) * own];
            for (int i = begin; i < end; i++) {
                int row = sorted[i];
                int length = lengths[row] - prefix;
                Arrays.fill(real, (i - begin) * own, (i - begin) * own + length, true);
                rows.sentence(i, row, length);
                rows.add(ids, row * width + prefix, own, first + prefix);
            }
            blocks.add(manager.create(real, new Shape(end - begin, own)));
        }
        int filler = rows.count < FEW_ROWS ? 0 : Math.floorMod(-rows.count, ROUND_ROWS);
        if (filler > 0) {
            rows.fill(filler);
            boolean[] real = new boolean[filler];
            Arrays.fill(real, true);
            blocks.add(manager.create(real, new Shape(1, filler)));
        }
        return new TokenBatch(manager.create(rows.ids()), manager.create(rows.positions()), blocks,
            manager.create(rows.last), manager.create(rows.order), first + lengths[sorted[0]], past);
    }

    /** Rows as they are laid out. */
    private static final class Rows {

        private int[] ids = new int[1024];
        private long[] positions = new long[1024];
        private int count;
        private long[] last;
        private final long[] order;

        Rows(int sentences) {
            last = new long[sentences];
            order = new long[sentences];
        }

        /** Notes that the caller's sentence comes next. */
        void sentence(int place, int sentence, int length) {
            last[place] = count + length - 1L;
            order[sentence] = place;
        }

        void add(int[] source, int from, int length, int position) {
            if (count + length > ids.length) {
                int room = Math.max(2 * ids.length, count + length);
                ids = Arrays.copyOf(ids, room);
                positions = Arrays.copyOf(positions, room);
            }
            System.arraycopy(source, from, ids, count, length);
            for (int i = 0; i < length; i++) {
                positions[count + i] = (long) position + i;
            }
            count += length;
        }

        /** Adds a sentence that nobody asks for. */
        void fill(int length) {
            last = Arrays.copyOf(last, last.length + 1);
            last[last.length - 1] = count + length - 1L;
            add(new int[length], 0, length, 0);
            Arrays.fill(positions, count - length, count, 0);
        }

        int[] ids() {
            return Arrays.copyOf(ids, count);
        }

        long[] positions() {
            return Arrays.copyOf(positions, count);
        }
    }

    private static void check(int[] ids, int[] lengths, int width) {
        if (lengths.length == 0 || ids.length != lengths.length * width) {
            throw new IllegalArgumentException(ids.length + " ids are not " + lengths.length + " rows of " + width);
        }
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] < 1 || lengths[i] > width) {
                throw new IllegalArgumentException("Row " + i + " has " + lengths[i] + " of " + width + " tokens");
            }
        }
    }

    /** Tokens that all rows begin with, one fewer than the shortest row has at most. */
    private static int commonPrefix(int[] ids, int[] lengths, int width) {
        int common = lengths[0] - 1;
        for (int i = 1; i < lengths.length; i++) {
            common = Math.min(common, lengths[i] - 1);
            for (int j = 0; j < common; j++) {
                if (ids[i * width + j] != ids[j]) {
                    common = j;
                }
            }
        }
        return common;
    }
}
