package oneword.lora.decoder;

/**
 * Where the dropout masks of one pass come from: one seed a stage, so that any part of a pass can be run again with the
 * masks it had.
 */
@FunctionalInterface
public interface LayerSeeds {

    /**
     * Gives the seed of a stage, 0 to 2^62 - 1.
     *
     * @param stage 0 for the embeddings, 1 to L for the layers, L + 1 for the head
     */
    long seed(int stage);

    /** Seeds that differ between runs, steps, micro-batches and stages; the same four give the same masks always. */
    static LayerSeeds of(long runSeed, long step, int microBatch) {
        long base = mix(mix(mix(runSeed) + step) + microBatch);
        return stage -> mix(base + stage) >>> 2;
    }

    /** SplitMix64's finaliser. */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
