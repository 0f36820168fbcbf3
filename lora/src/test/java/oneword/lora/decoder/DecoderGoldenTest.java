package oneword.lora.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import oneword.lora.kernel.Torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Vectors equal those of transformers and PEFT in fp32, whatever the padding, the order and the batch. */
class DecoderGoldenTest {

    private static final double BOUND = 1e-5;

    static Stream<GoldenCase> decoders() {
        return GoldenCase.all("decoder");
    }

    static Stream<GoldenCase> adapters() {
        return GoldenCase.all("lora");
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void vectorsEqualTransformers(GoldenCase golden) {
        try (Decoder decoder = load(golden)) {
            JsonNode batches = golden.json("inputs.json").get("batches");
            for (int i = 0; i < batches.size(); i++) {
                float[] expected = golden.tensor("expected.safetensors", "batch." + i);
                assertClose("fp32 vectors against transformers", embed(decoder, cut(batches.get(i))), expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void paddingOrderAndBatchNeverChangeAVector(GoldenCase golden) {
        try (Decoder decoder = load(golden)) {
            List<int[]> all = new ArrayList<>();
            golden.json("inputs.json").get("batches").forEach(batch -> all.addAll(cut(batch)));
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                order.add(i);
            }
            Collections.shuffle(order, new Random(7));
            float[] together = embed(decoder, order.stream().map(all::get).toList());
            int d = decoder.config().outputWidth();
            for (int i = 0; i < all.size(); i++) {
                float[] alone = embed(decoder, List.of(all.get(order.get(i))));
                assertClose("fp32 vectors in a batch against alone",
                    Arrays.copyOfRange(together, i * d, (i + 1) * d), alone);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void whatSentencesBeginWithMayBeComputedOnce(GoldenCase golden) {
        try (Decoder decoder = load(golden)) {
            for (int[] prefix : new int[][] {{2}, {2, 9, 4, 7, 5}}) {
                List<int[]> all = new ArrayList<>();
                golden.json("inputs.json").get("batches").forEach(
                    batch -> cut(batch).forEach(ids -> all.add(join(prefix, ids))));
                all.removeIf(ids -> ids.length > decoder.config().maxPositions());
                float[] expected = embed(decoder, all, false);
                assertClose("fp32 vectors with a shared prefix against without", embed(decoder, all, true), expected);
                assertClose("fp32 vectors behind a cached prefix against without",
                    embedBehind(decoder, prefix, all), expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void vectorsWithAnAdapterEqualPeft(GoldenCase golden) {
        JsonNode config = golden.json("adapter_config.json");
        GoldenCase base = new GoldenCase(GoldenCase.ROOT.resolve(config.get("base_model_name_or_path").asText()));
        List<int[]> sentences = GoldenCase.sentences(golden.json("inputs.json").get("sentences"));
        try (Decoder decoder = load(base)) {
            assertClose("fp32 vectors against transformers", embed(decoder, sentences),
                golden.tensor("expected.safetensors", "base"));
            decoder.loadAdapter(golden.folder(), 0);
            assertClose("fp32 vectors with adapter against PEFT", embed(decoder, sentences),
                golden.tensor("expected.safetensors", "adapted"));
        }
    }

    private static int[] join(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** The first two tokens of the prefix, or its only one, come from the cache; the rest is shared in the batch. */
    private static float[] embedBehind(Decoder decoder, int[] prefix, List<int[]> sentences) {
        int cached = Math.min(2, prefix.length);
        try (NDManager scope = decoder.manager().newSubManager()) {
            PrefixCache past = decoder.prefix(scope, Arrays.copyOf(prefix, cached));
            return embed(decoder, past, sentences.stream()
                .map(ids -> Arrays.copyOfRange(ids, cached, ids.length)).toList(), true);
        }
    }

    private static Decoder load(GoldenCase golden) {
        return Decoders.load(golden.folder(), Decoders.read(golden.folder()), Precision.FP32, Device.cpu());
    }

    private static List<int[]> cut(JsonNode batch) {
        List<int[]> rows = GoldenCase.sentences(batch.get("ids"));
        List<int[]> real = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            real.add(Arrays.copyOf(rows.get(i), batch.get("lengths").get(i).intValue()));
        }
        return real;
    }

    /** Embeds sentences as one right-padded batch; the padding is a token that means something. */
    static float[] embed(Decoder decoder, List<int[]> sentences) {
        return embed(decoder, sentences, true);
    }

    private static float[] embed(Decoder decoder, List<int[]> sentences, boolean sharePrefix) {
        return embed(decoder, null, sentences, sharePrefix);
    }

    private static float[] embed(Decoder decoder, PrefixCache past, List<int[]> sentences, boolean sharePrefix) {
        int width = sentences.stream().mapToInt(ids -> ids.length).max().orElseThrow();
        int[] lengths = sentences.stream().mapToInt(ids -> ids.length).toArray();
        int[] ids = new int[sentences.size() * width];
        Arrays.fill(ids, 3);
        for (int i = 0; i < lengths.length; i++) {
            System.arraycopy(sentences.get(i), 0, ids, i * width, lengths[i]);
        }
        try (NDManager scope = decoder.manager().newSubManager()) {
            TokenBatch batch = TokenBatch.behind(past, scope, ids, lengths, width, sharePrefix);
            NDArray vectors = Torch.withoutGradients(() -> decoder.encode(scope, batch, null));
            return vectors.toFloatArray();
        }
    }

    private static void assertClose(String name, float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double scale = 1;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            scale = Math.max(scale, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
        }
        Measured.within(name, "relative to the largest value, at least 1", difference / scale, BOUND);
    }
}
