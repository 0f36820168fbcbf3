package oneword.data.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Cuts sequences into what the model takes at once. */
public final class MicroBatches {

    private MicroBatches() {
    }

    /**
     * Sorts sequences by length, the longest first (so that a lack of memory shows at once) and equal ones in the given
     * order, and cuts them greedily: each micro-batch takes as many as fit. A function of its arguments alone.
     *
     * @param sequences token ids, none of them empty
     * @param maxTokens how many tokens a micro-batch may have, padding included, at least 1; a single sequence may be
     *     longer and then stands alone
     * @param padId the id to pad with
     * @return the micro-batches; every sequence stands in exactly one
     * @throws IllegalArgumentException if a sequence is empty or maxTokens is less than 1
     */
    public static List<MicroBatch> cut(List<int[]> sequences, int maxTokens, int padId) {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens must be at least 1, found " + maxTokens);
        }
        Integer[] order = new Integer[sequences.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingInt(i -> -sequences.get(i).length));
        List<MicroBatch> result = new ArrayList<>();
        int start = 0;
        while (start < order.length) {
            int width = sequences.get(order[start]).length;
            int n = Math.min(order.length - start, Math.max(1, maxTokens / Math.max(1, width)));
            result.add(pad(sequences, Arrays.copyOfRange(order, start, start + n), width, padId));
            start += n;
        }
        return List.copyOf(result);
    }

    private static MicroBatch pad(List<int[]> sequences, Integer[] chosen, int width, int padId) {
        int[] positions = new int[chosen.length];
        int[] lengths = new int[chosen.length];
        int[] ids = new int[chosen.length * width];
        Arrays.fill(ids, padId);
        for (int row = 0; row < chosen.length; row++) {
            int[] sequence = sequences.get(chosen[row]);
            if (sequence.length == 0) {
                throw new IllegalArgumentException("sequence " + chosen[row] + " is empty");
            }
            positions[row] = chosen[row];
            lengths[row] = sequence.length;
            System.arraycopy(sequence, 0, ids, row * width, sequence.length);
        }
        return new MicroBatch(positions, ids, lengths, width);
    }

    /**
     * How many tokens all sequences begin with, one fewer than the shortest has at most.
     *
     * @param sequences at least one; none empty
     */
    public static int commonStart(List<int[]> sequences) {
        int[] first = sequences.get(0);
        int common = first.length - 1;
        for (int[] ids : sequences) {
            common = Math.min(common, ids.length - 1);
            int difference = Arrays.mismatch(first, 0, common, ids, 0, common);
            common = difference < 0 ? common : difference;
        }
        return common;
    }
}
