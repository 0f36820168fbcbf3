package oneword.data.batch;

import java.util.SplittableRandom;

/**
 * A permutation that is a function of its seed alone, the same on every JDK: Fisher-Yates from the last place down,
 * place i being swapped with place {@code floor(x * (i + 1) / 2^63)}, where x is the upper 63 bits of the next output
 * of SplitMix64 (Steele, Lea and Flood, 2014), which is what {@link SplittableRandom#nextLong()} gives. The generator
 * of epoch e starts from the first output of seed, plus e.
 */
final class Shuffle {

    private Shuffle() {
    }

    /**
     * The order of an epoch.
     *
     * @param n how many places
     * @param seed the run's seed
     * @param epoch the epoch, from 0
     * @return 0 to n-1 in a new order
     */
    static int[] permutation(int n, long seed, int epoch) {
        SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch);
        int[] order = identity(n);
        for (int i = n - 1; i > 0; i--) {
            int j = (int) Math.multiplyHigh(random.nextLong() >>> 1, (i + 1L) << 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }

    /**
     * The order of a file.
     *
     * @param n how many places
     * @return 0 to n-1
     */
    static int[] identity(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        return order;
    }
}
