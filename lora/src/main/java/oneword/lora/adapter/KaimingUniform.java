package oneword.lora.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import java.util.SplittableRandom;

/**
 * PEFT's start for A: {@code kaiming_uniform(a = sqrt 5)}, that is uniform within 1 / sqrt(inputs) around zero.
 *
 * <p>Drawn from its own generator, so that a matrix depends on the seed and its name alone: not on the engine, on the
 * order of creation or on which other matrices exist.
 */
final class KaimingUniform implements Initializer {

    private final long seed;

    KaimingUniform(long seed, String name) {
        this.seed = seed * 0x9E3779B97F4A7C15L + name.hashCode();
    }

    @Override
    public NDArray initialize(NDManager manager, Shape shape, DataType dataType) {
        double bound = 1 / Math.sqrt(shape.get(1));
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (bound * (2 * random.nextDouble() - 1));
        }
        return manager.create(values, shape);
    }
}
