package oneword.trainer.classifier;

import org.hipparchus.random.MersenneTwister;

/**
 * The random numbers of numpy's {@code RandomState} and of torch's CPU generator, both the Mersenne Twister MT19937
 * seeded by one integer: the same seed gives the same permutations and initial weights as there.
 */
final class SeededRandom {

    private static final int FLOAT_BITS = 24;

    private final MersenneTwister twister;

    SeededRandom(int seed) {
        twister = new MersenneTwister(seed);
    }

    /** {@code numpy.random.permutation(n)}. */
    int[] permutation(int n) {
        int[] permutation = new int[n];
        for (int i = 0; i < n; i++) {
            permutation[i] = i;
        }
        shuffle(permutation);
        return permutation;
    }

    /** {@code numpy.random.shuffle}: Fisher and Yates from the end, indices drawn by masked rejection. */
    void shuffle(int[] values) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = upTo(i);
            int value = values[i];
            values[i] = values[j];
            values[j] = value;
        }
    }

    private int upTo(int bound) {
        int mask = -1 >>> Integer.numberOfLeadingZeros(bound);
        int value;
        do {
            value = twister.nextInt() & mask;
        } while (value > bound);
        return value;
    }

    /** {@code torch.Tensor.uniform_(-bound, bound)} of float tensors: 24 bits a number. */
    float uniform(float bound) {
        float unit = (twister.nextInt() & (1 << FLOAT_BITS) - 1) * (1f / (1 << FLOAT_BITS));
        return unit * (2 * bound) - bound;
    }
}
