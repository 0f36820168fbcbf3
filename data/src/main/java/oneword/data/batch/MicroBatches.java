package oneword.data.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Cuts sequences into what the model takes at once. */
public final class MicroBatches {

    /** Numbers of micro-batches are doubled up to this one, and beyond it multiples of it. */
    private static final int MOST_DOUBLED = 8;

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
        Integer[] order = byLength(sequences, maxTokens);
        return pad(sequences, order, greedily(sequences, order, maxTokens), padId);
    }

    /**
     * The same for micro-batches that are computed side by side: 2, 4, 8 or a multiple of 8 of them, as few as may be,
     * with about as many tokens each.
     *
     * @param sequences token ids, none of them empty
     * @param maxTokens as in {@link #cut}
     * @param padId the id to pad with
     * @param shared tokens at the start of each sequence that cost nothing, fewer than any has
     * @return the micro-batches; every sequence stands in exactly one
     * @throws IllegalArgumentException if a sequence is empty or maxTokens is less than 1
     */
    public static List<MicroBatch> cutEvenly(List<int[]> sequences, int maxTokens, int padId, int shared) {
        Integer[] order = byLength(sequences, maxTokens);
        List<Integer> ends = greedily(sequences, order, maxTokens);
        for (int parts = round(ends.size()); parts <= order.length; parts = round(parts + 1)) {
            List<Integer> even = evenly(sequences, order, parts, shared);
            if (fit(sequences, order, even, maxTokens)) {
                return pad(sequences, order, even, padId);
            }
        }
        return pad(sequences, order, ends, padId);
    }

    private static int round(int parts) {
        return parts > MOST_DOUBLED ? (parts + MOST_DOUBLED - 1) / MOST_DOUBLED * MOST_DOUBLED
            : Math.max(2, Integer.highestOneBit(2 * parts - 1));
    }

    private static Integer[] byLength(List<int[]> sequences, int maxTokens) {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens must be at least 1, found " + maxTokens);
        }
        Integer[] order = new Integer[sequences.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingInt(i -> -sequences.get(i).length));
        return order;
    }

    /** Where each micro-batch ends in the order: each takes as many as fit. */
    private static List<Integer> greedily(List<int[]> sequences, Integer[] order, int maxTokens) {
        List<Integer> ends = new ArrayList<>();
        for (int end = 0; end < order.length;) {
            int width = Math.max(1, sequences.get(order[end]).length);
            end = Math.min(order.length, end + Math.max(1, maxTokens / width));
            ends.add(end);
        }
        return ends;
    }

    /** Where each of so many parts of as many tokens ends; fewer parts where one sequence fills several. */
    private static List<Integer> evenly(List<int[]> sequences, Integer[] order, int parts, int shared) {
        long all = sequences.stream().mapToLong(ids -> ids.length - shared).sum();
        List<Integer> ends = new ArrayList<>();
        long tokens = 0;
        long part = 1;
        for (int i = 0; i < order.length; i++) {
            tokens += sequences.get(order[i]).length - shared;
            if (tokens * parts >= all * part || i == order.length - 1) {
                ends.add(i + 1);
                part = tokens * parts / all + 1;
            }
        }
        return ends;
    }

    private static boolean fit(List<int[]> sequences, Integer[] order, List<Integer> ends, int maxTokens) {
        int begin = 0;
        for (int end : ends) {
            if (end - begin > 1 && (long) (end - begin) * sequences.get(order[begin]).length > maxTokens) {
                return false;
            }
            begin = end;
        }
        return true;
    }

    private static List<MicroBatch> pad(List<int[]> sequences, Integer[] order, List<Integer> ends, int padId) {
        List<MicroBatch> result = new ArrayList<>();
        int begin = 0;
        for (int end : ends) {
            int width = sequences.get(order[begin]).length;
            result.add(pad(sequences, Arrays.copyOfRange(order, begin, end), width, padId));
            begin = end;
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
