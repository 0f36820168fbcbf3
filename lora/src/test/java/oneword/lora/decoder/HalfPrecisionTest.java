package oneword.lora.decoder;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Half precision costs no more than it costs in transformers and PEFT; see src/test/golden/make_half.py.
 *
 * <p>Two programs round in other places, so their half-precision vectors agree no better with each other than with the
 * exact ones, and no digit can be asked for. What can be asked for is the same spread around float64. Drawing other
 * sentences moves the ratio of two such root mean squares over 128 sentences by 3 to 5 percent (standard deviation of a
 * bootstrap), so 1.25 is beyond chance. A largest deviation rests on one number and scatters far more: 2 is the bound.
 *
 * <p>Adapters are multiplied in the base's type, as PEFT does under autocast; without it PEFT multiplies them in fp32,
 * which in these models, whose adapters are as large as their base, is closer to exact by up to a quarter: 1.5 and 3.
 */
class HalfPrecisionTest {

    private static final Bounds SAME_TYPES = new Bounds(1.25, 2);
    private static final Bounds FP32_ADAPTERS = new Bounds(1.5, 3);

    private record Bounds(double rms, double largest) {}

    static Stream<GoldenCase> cases() {
        return GoldenCase.all("half");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bf16DeviatesFromExactNoMoreThanTransformersDoes(GoldenCase golden) {
        assertSpread(golden, Precision.BF16);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fp16DeviatesFromExactNoMoreThanTransformersDoes(GoldenCase golden) {
        assertSpread(golden, Precision.FP16);
    }

    private static void assertSpread(GoldenCase golden, Precision precision) {
        String type = precision.key();
        float[] found = embed(golden, precision);
        JsonNode spread = golden.json("spread.json");
        for (String truth : new String[] {"exact", "rounded"}) {
            float[] exact = golden.tensor("expected.safetensors", truth.equals("exact") ? truth : type + "." + truth);
            String against = ", around float64 of " + truth + " weights";
            if (spread.has(type + ".autocast")) {
                assertRatios(type + " with adapter over PEFT's autocast" + against, golden, found, exact,
                    spread.get(type + ".autocast").get(truth), SAME_TYPES);
                assertRatios(type + " with adapter over PEFT's fp32 adapter" + against, golden, found, exact,
                    spread.get(type).get(truth), FP32_ADAPTERS);
            } else {
                assertRatios(type + " over transformers" + against, golden, found, exact,
                    spread.get(type).get(truth), SAME_TYPES);
            }
        }
    }

    private static void assertRatios(
        String name, GoldenCase golden, float[] found, float[] exact, JsonNode theirs, Bounds bounds) {
        double squares = 0;
        double largest = 0;
        for (int i = 0; i < exact.length; i++) {
            double difference = (double) found[i] - exact[i];
            squares += difference * difference;
            largest = Math.max(largest, Math.abs(difference));
        }
        double rms = Math.sqrt(squares / exact.length);
        Measured.within(name + ": RMS", golden.toString(), rms / theirs.get("rms").doubleValue(),
            bounds.rms());
        Measured.within(name + ": largest", golden.toString(), largest / theirs.get("max").doubleValue(),
            bounds.largest());
    }

    private static float[] embed(GoldenCase golden, Precision precision) {
        JsonNode inputs = golden.json("inputs.json");
        GoldenCase base = new GoldenCase(GoldenCase.ROOT.resolve(inputs.get("model").asText()));
        List<int[]> sentences = GoldenCase.sentences(inputs.get("sentences"));
        try (Decoder decoder =
            Decoders.load(base.folder(), Decoders.read(base.folder()), precision, Device.cpu())) {
            if (!inputs.get("adapter").isNull()) {
                decoder.loadAdapter(GoldenCase.ROOT.resolve(inputs.get("adapter").asText()), 0);
            }
            return DecoderGoldenTest.embed(decoder, sentences);
        }
    }
}
