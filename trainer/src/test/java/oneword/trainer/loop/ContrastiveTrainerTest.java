package oneword.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.nn.Parameter;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import oneword.data.batch.EncodedBatch;
import oneword.lora.kernel.Lanes;
import oneword.trainer.optimizer.WarmupSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps equal those of transformers, PEFT and torch; see src/test/golden/make_curve.py and lora's make_lora.py. */
class ContrastiveTrainerTest {

    private static final WarmupSchedule ANY_SCHEDULE = new WarmupSchedule(1e-3, 0, 100, true);

    static Stream<String> adapters() {
        return Stream.of("pre-norm", "post-norm-projected", "query-value", "bare-names");
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void lossAndEveryGradientEqualPeft(String name) {
        Path folder = GoldenRun.LORA.resolve("lora").resolve(name);
        Path base = GoldenRun.LORA.resolve(
            GoldenRun.json(folder.resolve("adapter_config.json")).get("base_model_name_or_path").asText());
        JsonNode losses = GoldenRun.json(folder.resolve("expected.json")).get("losses");
        String layout = name.equals("bare-names") ? "base_model.model.decoder." : "base_model.model.model.decoder.";
        for (JsonNode step : GoldenRun.json(folder.resolve("inputs.json")).get("steps")) {
            EncodedBatch batch = GoldenRun.batch(0, GoldenRun.sentences(step.get("queries")),
                GoldenRun.sentences(step.get("positives")), GoldenRun.sentences(step.get("negatives")));
            for (Keep keep : Keep.values()) {
                try (GoldenRun run = new GoldenRun(base, folder, step.get("temperature").doubleValue(),
                    step.get("hard_negative_weight").doubleValue(), ANY_SCHEDULE,
                    new StepSettings(30, 0, 1, keep, false, true), OptionalDouble.empty())) {
                    double expected = losses.get(step.get("name").asText()).doubleValue();
                    assertThat(accumulate(run, batch)).isCloseTo(expected, within(1e-5 * (1 + expected)));
                    Path file = folder.resolve("gradient." + step.get("name").asText() + ".safetensors");
                    gradients(run).forEach((parameter, gradient) ->
                        assertClose(parameter, gradient, GoldenRun.tensor(file, layout + parameter)));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"plain, BATCH", "plain, MICRO_BATCH", "plain, LAYER_BORDERS", "weighted, BATCH",
        "weighted, MICRO_BATCH", "weighted, LAYER_BORDERS"})
    void wholeRunsFollowPeft(String name, Keep keep) {
        JsonNode golden = GoldenRun.json(GoldenRun.CURVE.resolve(name + ".json"));
        JsonNode rows = GoldenRun.json(GoldenRun.CURVE.resolve("rows.json")).get("rows");
        WarmupSchedule schedule = new WarmupSchedule(golden.get("learning_rate").doubleValue(),
            golden.get("warmup_steps").longValue(), golden.get("max_steps").longValue(), true);
        StepSettings settings = new StepSettings(64, golden.get("max_grad_norm").doubleValue(), 1,
            keep, false, true);
        try (GoldenRun run = new GoldenRun(GoldenRun.CURVE.resolve("model"), GoldenRun.CURVE.resolve("initial"),
            golden.get("temperature").doubleValue(), golden.get("hard_negative_weight").doubleValue(), schedule,
            settings, OptionalDouble.of(0))) {
            for (JsonNode step : golden.get("steps")) {
                List<int[]> queries = new ArrayList<>();
                List<int[]> positives = new ArrayList<>();
                List<int[]> negatives = new ArrayList<>();
                for (JsonNode row : step.get("rows")) {
                    JsonNode texts = rows.get(row.intValue());
                    queries.add(GoldenRun.ids(texts.get("query")));
                    positives.add(GoldenRun.ids(texts.get("positive")));
                    negatives.add(GoldenRun.ids(texts.get("negative")));
                }
                StepResult result = run.trainer.train(
                    GoldenRun.batch(step.get("step").longValue() - 1, queries, positives, negatives));
                double loss = step.get("loss").doubleValue();
                double norm = step.get("grad_norm").doubleValue();
                assertThat(result.loss()).as("loss of %s", step).isCloseTo(loss, within(2e-5 * loss));
                assertThat(result.gradientNorm()).as("norm of %s", step).isCloseTo(norm, within(1e-4 * norm));
                assertThat(result.learningRate()).isCloseTo(step.get("learning_rate").doubleValue(), within(1e-15));
                assertThat(result.applied()).isTrue();
            }
        }
    }

    @Test
    void sharingThePrefixChangesNoGradient() {
        EncodedBatch some = someBatch();
        EncodedBatch batch = new EncodedBatch(0, 0, some.rows(), behindPrefix(some.queries()),
            behindPrefix(some.passages()), some.targets(), some.hardNegatives());
        Map<String, float[]> apart = new LinkedHashMap<>();
        try (GoldenRun run = randomRun(new StepSettings(40, 0, 3, Keep.BATCH, false, false), 0)) {
            accumulate(run, batch);
            apart.putAll(gradients(run));
        }
        for (Keep keep : Keep.values()) {
            try (GoldenRun run = randomRun(new StepSettings(40, 0, 3, keep, false, true), 0)) {
                accumulate(run, batch);
                gradients(run).forEach((name, gradient) -> assertClose(name, gradient, apart.get(name)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whateverIsKeptTheGradientsAreTheSameToTheBitWithDropout(boolean sharePrefix) {
        EncodedBatch batch = someBatch();
        List<Map<String, float[]>> ways = new ArrayList<>();
        for (Keep keep : Keep.values()) {
            try (GoldenRun run = randomRun(new StepSettings(40, 0, 3, keep, false, sharePrefix), 0.3)) {
                accumulate(run, batch);
                ways.add(gradients(run));
            }
        }
        for (Map<String, float[]> way : ways) {
            ways.get(0).forEach((name, gradient) -> assertThat(way.get(name)).as(name).isEqualTo(gradient));
        }
    }

    /** Two lanes at least, since the caller's own thread may have more of the cores. */
    @ParameterizedTest
    @EnumSource(Keep.class)
    void howeverManyMicroBatchesRunSideBySideTheGradientsAreTheSameToTheBit(Keep keep) {
        EncodedBatch batch = someBatch();
        List<Map<String, float[]>> ways = new ArrayList<>();
        for (int count : new int[] {2, 3, 8}) {
            try (GoldenRun run = randomRun(new StepSettings(16, 0, 3, keep, false, true), 0.3)) {
                run.decoder.runOn(Lanes.of(count));
                for (int again = 0; again < 5; again++) {
                    accumulate(run, batch);
                    ways.add(gradients(run));
                    run.trainer.optimizer().zeroGradients();
                }
            }
        }
        for (Map<String, float[]> way : ways) {
            ways.get(0).forEach((name, gradient) -> assertThat(way.get(name)).as(name).isEqualTo(gradient));
        }
    }

    @Test
    void aMicroBatchThatFailsEndsTheStepWithItsMessage() {
        try (GoldenRun run = randomRun(new StepSettings(16, 0, 3, Keep.MICRO_BATCH, false, true), 0.3)) {
            run.decoder.runOn(Lanes.of(2));
            EncodedBatch batch = someBatch();
            batch.passages().get(0)[0] = Integer.MAX_VALUE;
            assertThatThrownBy(() -> accumulate(run, batch)).hasMessageContaining("index out of range");
            accumulate(run, someBatch());
        }
    }

    @Test
    void dropoutFollowsTheSeedAndTheStep() {
        double first = lossWithDropout(3, 0);
        assertThat(lossWithDropout(3, 0)).isEqualTo(first);
        assertThat(lossWithDropout(4, 0)).isNotEqualTo(first);
        assertThat(lossWithDropout(3, 1)).isNotEqualTo(first);
    }

    @Test
    void aStepThatIsNotFiniteChangesNothing() {
        try (GoldenRun run = randomRun(new StepSettings(40, 1, 3, Keep.BATCH, false, true), 0)) {
            Parameter last = run.decoder.adapter().orElseThrow().parameters().get(0);
            float[] before = run.decoder.adapter().orElseThrow().parameters().get(1).getArray().toFloatArray();
            last.getArray().set(new float[(int) last.getArray().size()]);
            float[] broken = new float[(int) last.getArray().size()];
            broken[0] = Float.NaN;
            last.getArray().set(broken);
            StepResult result = run.trainer.train(someBatch());
            assertThat(result.applied()).isFalse();
            assertThat(run.trainer.optimizer().updates()).isZero();
            assertThat(run.decoder.adapter().orElseThrow().parameters().get(1).getArray().toFloatArray())
                .isEqualTo(before);
        }
    }

    private static List<int[]> behindPrefix(List<int[]> sentences) {
        return sentences.stream()
            .map(ids -> IntStream.concat(IntStream.of(2, 9, 4, 7), IntStream.of(ids)).toArray()).toList();
    }

    private static double lossWithDropout(long seed, long step) {
        try (GoldenRun run = randomRun(new StepSettings(40, 0, seed, Keep.BATCH, false, true), 0.3)) {
            EncodedBatch batch = someBatch();
            return accumulate(run, new EncodedBatch(step, 0, batch.rows(), batch.queries(), batch.passages(),
                batch.targets(), batch.hardNegatives()));
        }
    }

    private static GoldenRun randomRun(StepSettings settings, double dropout) {
        return new GoldenRun(GoldenRun.LORA.resolve("decoder/pre-norm"), GoldenRun.LORA.resolve("lora/pre-norm"), 0.05,
            0, ANY_SCHEDULE, settings, OptionalDouble.of(dropout));
    }

    private static EncodedBatch someBatch() {
        JsonNode step = GoldenRun.json(GoldenRun.LORA.resolve("lora/pre-norm/inputs.json")).get("steps").get(0);
        return GoldenRun.batch(0, GoldenRun.sentences(step.get("queries")), GoldenRun.sentences(step.get("positives")),
            GoldenRun.sentences(step.get("negatives")));
    }

    private static double accumulate(GoldenRun run, EncodedBatch batch) {
        return run.trainer.accumulate(batch);
    }

    private static Map<String, float[]> gradients(GoldenRun run) {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        for (Parameter parameter : run.decoder.adapter().orElseThrow().parameters()) {
            gradients.put(parameter.getName(), parameter.getArray().getGradient().toFloatArray());
        }
        return gradients;
    }

    private static void assertClose(String name, float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double scale = 0;
        for (float value : expected) {
            scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i]).as("%s[%d]", name, i).isCloseTo(expected[i], within(3e-5 * scale + 1e-9));
        }
    }
}
