package oneword.lora.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each dropout zeroes the share of elements it is told, scales the others by 1 / (1 - p), and draws anew for every
 * layer, micro-batch, step and run.
 *
 * <p>Shares, means and correlations may be five standard errors of a sample of independent draws away from their value.
 */
class DropoutMasksTest {

    private static final int ROWS = 256;
    private static final int TOKENS = 32;
    private static final double STANDARD_ERRORS = 5;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"0.05", "0.1", "0.5"})
    void modelDropoutHasItsRateScaleAndExpectation(double p) throws IOException {
        try (MaskModel model = new MaskModel(folder, MaskModel.Shows.MODEL, p)) {
            float[][] masks = modelMasks(model.layer(0, ROWS, TOKENS, LayerSeeds.of(1, 0, 0)), p);
            assertBernoulli("model dropout", masks[0], p);
            assertBernoulli("model dropout", masks[1], p);
            assertThat(model.layer(0, 2, TOKENS, null)).containsOnly(5);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.05", "0.1", "0.5"})
    void adapterDropoutHasItsRateScaleAndExpectation(double p) throws IOException {
        try (MaskModel model = new MaskModel(folder, MaskModel.Shows.ADAPTER, p)) {
            assertBernoulli("LoRA dropout", model.layer(0, ROWS, TOKENS, LayerSeeds.of(1, 0, 0)), p);
            assertThat(model.layer(0, 2, TOKENS, null)).containsOnly(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.05", "0.1", "0.5"})
    void attentionDropoutHasItsRateScaleAndExpectation(double p) throws IOException {
        try (MaskModel model = new MaskModel(folder, MaskModel.Shows.ATTENTION, p)) {
            float[] values = model.layer(0, ROWS * TOKENS, 1, LayerSeeds.of(1, 0, 0));
            float[] heads = new float[values.length * MaskModel.HEADS / MaskModel.WIDTH];
            int headWidth = MaskModel.WIDTH / MaskModel.HEADS;
            for (int i = 0; i < heads.length; i++) {
                heads[i] = values[i * headWidth];
                assertThat(Arrays.copyOfRange(values, i * headWidth, (i + 1) * headWidth)).containsOnly(heads[i]);
            }
            assertBernoulli("attention dropout", heads, p);
            assertThat(model.layer(0, 4, 1, null)).containsOnly(1);
        }
    }

    @Test
    void masksAreIndependentBetweenBlocksLayersMicroBatchesStepsAndRuns() throws IOException {
        double p = 0.5;
        try (MaskModel model = new MaskModel(folder, MaskModel.Shows.MODEL, p)) {
            Map<String, LayerSeeds> seeds = new TreeMap<>();
            seeds.put("first", LayerSeeds.of(1, 0, 0));
            seeds.put("next micro-batch", LayerSeeds.of(1, 0, 1));
            seeds.put("next step", LayerSeeds.of(1, 1, 0));
            seeds.put("next step and micro-batch", LayerSeeds.of(1, 1, 1));
            seeds.put("later step", LayerSeeds.of(1, 1000, 0));
            seeds.put("next run", LayerSeeds.of(2, 0, 0));
            List<String> names = new ArrayList<>();
            List<float[]> masks = new ArrayList<>();
            seeds.forEach((name, value) -> {
                for (int layer = 0; layer < 2; layer++) {
                    float[][] both = modelMasks(model.layer(layer, ROWS, TOKENS, value), p);
                    names.add(name + ", layer " + layer + ", attention");
                    masks.add(both[0]);
                    names.add(name + ", layer " + layer + ", feed-forward");
                    masks.add(both[1]);
                }
            });
            for (int i = 0; i < masks.size(); i++) {
                for (int j = 0; j < i; j++) {
                    assertUncorrelated(names.get(i) + " and " + names.get(j), masks.get(i), masks.get(j), 0, p);
                }
                for (int lag : new int[] {1, MaskModel.WIDTH, TOKENS * MaskModel.WIDTH}) {
                    assertUncorrelated(names.get(i) + " and itself " + lag + " on", masks.get(i), masks.get(i), lag, p);
                }
            }
        }
    }

    @Test
    void aLargeMaskDoesNotRepeatInThePiecesThatItIsMadeIn() throws IOException {
        int piece = 1_048_576;
        double p = 0.1;
        int rows = 5 * piece / 2 / MaskModel.WIDTH / TOKENS;
        try (MaskModel model = new MaskModel(folder, MaskModel.Shows.MODEL, p)) {
            float[][] masks = modelMasks(model.layer(0, rows, TOKENS, LayerSeeds.of(1, 0, 0)), p);
            for (float[] mask : masks) {
                assertThat(mask).hasSize(5 * piece / 2);
                for (int row : new int[] {8192, 16_384, 81_920}) {
                    assertUncorrelated("a mask and itself rows of the tables on", mask, mask, row, p);
                }
                assertUncorrelated("a mask and itself a piece on", mask, mask, piece, p);
                assertUncorrelated("a mask and itself two pieces on", mask, mask, 2 * piece, p);
                assertBernoulli("last piece of a mask",
                    Arrays.copyOfRange(mask, 2 * piece, mask.length), p);
            }
        }
    }

    @Test
    void theSameSeedsGiveTheSameMasks() throws IOException {
        try (MaskModel model = new MaskModel(folder, MaskModel.Shows.MODEL, 0.1)) {
            float[] first = model.layer(1, ROWS, TOKENS, LayerSeeds.of(5, 7, 3));
            model.layer(0, ROWS, TOKENS, LayerSeeds.of(6, 7, 3));
            assertThat(model.layer(1, ROWS, TOKENS, LayerSeeds.of(5, 7, 3))).isEqualTo(first);
        }
    }

    /** Takes a layer's output apart: m1 / (1 - p) + 4 m2 / (1 - p). */
    private static float[][] modelMasks(float[] output, double p) {
        float[][] masks = new float[2][output.length];
        for (int i = 0; i < output.length; i++) {
            boolean second = output[i] * (1 - p) > 3;
            boolean first = output[i] * (1 - p) - (second ? 4 : 0) > 0.5;
            int parts = (first ? 1 : 0) + (second ? 4 : 0);
            masks[0][i] = first ? output[i] / parts : 0;
            masks[1][i] = second ? output[i] / parts : 0;
        }
        return masks;
    }

    private static void assertBernoulli(String name, float[] values, double p) {
        long zeros = 0;
        double sum = 0;
        double scaleError = 0;
        for (float value : values) {
            if (value == 0) {
                zeros++;
            } else {
                scaleError = Math.max(scaleError, Math.abs(value * (1 - p) - 1));
            }
            sum += value;
        }
        Measured.within(name + ": relative error of the scale", "p " + p, scaleError, 1e-6);
        double error = Math.sqrt(p * (1 - p) / values.length);
        Measured.within(name + ": share of zeros, in standard errors", "p " + p,
            Math.abs((double) zeros / values.length - p) / error, STANDARD_ERRORS);
        Measured.within(name + ": expectation, in standard errors", "p " + p,
            Math.abs(sum / values.length - 1) / (error / (1 - p)), STANDARD_ERRORS);
    }

    private static void assertUncorrelated(String where, float[] a, float[] b, int lag, double p) {
        double sum = 0;
        int count = a.length - lag;
        for (int i = 0; i < count; i++) {
            sum += ((a[i] == 0 ? 0 : 1) - (1 - p)) * ((b[i + lag] == 0 ? 0 : 1) - (1 - p));
        }
        Measured.within("correlation of two masks, in standard errors", where,
            Math.abs(sum / count) / (p * (1 - p)) * Math.sqrt(count), STANDARD_ERRORS);
    }
}
