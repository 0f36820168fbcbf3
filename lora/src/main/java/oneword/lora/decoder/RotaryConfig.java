package oneword.lora.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import oneword.lora.kernel.Torch;

/**
 * How fast the rotary position embedding (arXiv 2104.09864) turns each pair of dimensions.
 *
 * <p>Read from {@code rope_parameters} (transformers 5) or from {@code rope_theta} and {@code rope_scaling} (before).
 * Scaling {@code default}, {@code linear} (all frequencies divided by the factor) and {@code llama3} (low frequencies
 * divided, high ones kept, those between interpolated); others are refused by name.
 *
 * @param theta base of the wavelengths
 * @param scaling default, linear or llama3
 * @param factor divisor of frequencies; 1 for default
 * @param lowFactor {@code low_freq_factor}: wavelengths above originalPositions / lowFactor are low; llama3 only
 * @param highFactor {@code high_freq_factor}: wavelengths below originalPositions / highFactor are high; llama3 only
 * @param originalPositions {@code original_max_position_embeddings}; llama3 only
 */
public record RotaryConfig(
    double theta, String scaling, double factor, double lowFactor, double highFactor, int originalPositions) {

    private static final double DEFAULT_THETA = 10_000;

    static RotaryConfig read(ModelConfig json, int maxPositions) {
        Optional<ModelConfig> given = json.section("rope_scaling").or(() -> json.section("rope_parameters"));
        double theta = json.positiveNumber("rope_theta", DEFAULT_THETA);
        if (given.isEmpty()) {
            return new RotaryConfig(theta, "default", 1, 0, 0, 0);
        }
        ModelConfig rope = given.get();
        theta = rope.positiveNumber("rope_theta", theta);
        rope.refuse("partial_rotary_factor", 1);
        String type = rope.text("rope_type", rope.text("type", "default"));
        return switch (type) {
            case "default" -> new RotaryConfig(theta, type, 1, 0, 0, 0);
            case "linear" -> new RotaryConfig(theta, type, rope.positiveNumber("factor"), 0, 0, 0);
            case "llama3" -> llama3(rope, theta, maxPositions);
            default -> throw rope.error("rope_type", "'" + type + "' is not supported; default, linear and llama3 are");
        };
    }

    private static RotaryConfig llama3(ModelConfig rope, double theta, int maxPositions) {
        double low = rope.positiveNumber("low_freq_factor");
        double high = rope.positiveNumber("high_freq_factor");
        if (high <= low) {
            throw rope.error("high_freq_factor", "expected more than low_freq_factor " + low + ", found " + high);
        }
        return new RotaryConfig(theta, "llama3", rope.positiveNumber("factor"), low, high,
            rope.positive("original_max_position_embeddings", maxPositions));
    }

    /**
     * Inverse frequencies in radians a position, operation by operation as transformers computes them in fp32: at
     * position 1,000 the last bit of a frequency is worth 1e-4 of a radian.
     *
     * @param headWidth even width of an attention head
     * @return [headWidth / 2]
     */
    float[] frequencies(int headWidth) {
        float[] exponents = new float[headWidth / 2];
        for (int i = 0; i < exponents.length; i++) {
            exponents[i] = 2f * i / headWidth;
        }
        float[] frequencies;
        try (NDManager scope = Torch.newManager(Device.cpu())) {
            frequencies = NDArrays.pow((float) theta, scope.create(exponents)).toFloatArray();
        }
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = scaled(1 / frequencies[i]);
        }
        return frequencies;
    }

    private float scaled(float frequency) {
        float divisor = (float) factor;
        if (!scaling.equals("llama3")) {
            return frequency / divisor;
        }
        float wavelength = 1 / frequency * (float) (2 * Math.PI);
        if (wavelength > (float) (originalPositions / lowFactor)) {
            return frequency / divisor;
        }
        if (wavelength < (float) (originalPositions / highFactor)) {
            return frequency;
        }
        float smooth = (1 / wavelength * originalPositions - (float) lowFactor) / (float) (highFactor - lowFactor);
        return (1 - smooth) * frequency / divisor + smooth * frequency;
    }
}
