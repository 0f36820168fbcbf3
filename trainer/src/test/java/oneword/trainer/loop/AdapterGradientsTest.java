package oneword.trainer.loop;

import ai.djl.nn.Parameter;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.OptionalDouble;
import oneword.data.batch.EncodedBatch;
import oneword.trainer.optimizer.WarmupSchedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The gradient of every adapter matrix against PEFT's in float64; see lora's src/test/golden/make_lora.py.
 *
 * <p>Where vectors are nearly parallel, a cosine's gradient is a small difference of large numbers: there PEFT's
 * own fp32 gradient is up to 8.3e-6 away, and twice its distance is allowed.
 */
class AdapterGradientsTest {

    private static final double BOUND = 1e-5;

    @ParameterizedTest
    @CsvSource({"pre-norm, false", "pre-norm, true", "post-norm-projected, false", "post-norm-projected, true",
        "query-value, false", "query-value, true", "bare-names, false", "bare-names, true", "llama, false",
        "llama, true", "llama-bare-names, false", "llama-bare-names, true", "mistral-query-value, false",
        "mistral-query-value, true"})
    void everyMatrixHasTheGradientOfFloat64(String name, boolean cached) {
        Path folder = GoldenRun.LORA.resolve("lora").resolve(name);
        Path base = GoldenRun.LORA.resolve(
            GoldenRun.json(folder.resolve("adapter_config.json")).get("base_model_name_or_path").asText());
        String layout = "base_model.model." + (name.endsWith("bare-names") ? "" : "model.")
            + (GoldenRun.json(base.resolve("config.json")).get("model_type").asText().equals("opt") ? "decoder." : "");
        StepSettings settings = new StepSettings(30, 0, 1, cached ? Keep.MICRO_BATCH : Keep.BATCH, false, true);
        for (JsonNode step : GoldenRun.json(folder.resolve("inputs.json")).get("steps")) {
            String stepName = step.get("name").asText();
            double peft = GoldenRun.json(folder.resolve("expected.json")).at("/float32_error/gradient_norms")
                .get(stepName).doubleValue();
            EncodedBatch batch = GoldenRun.batch(0, GoldenRun.sentences(step.get("queries")),
                GoldenRun.sentences(step.get("positives")), GoldenRun.sentences(step.get("negatives")));
            try (GoldenRun run = new GoldenRun(base, folder, step.get("temperature").doubleValue(),
                step.get("hard_negative_weight").doubleValue(), new WarmupSchedule(1e-3, 0, 100, true), settings,
                OptionalDouble.empty())) {
                run.trainer.accumulate(batch);
                Path file = folder.resolve("gradient." + stepName + ".safetensors");
                for (Parameter parameter : run.decoder.adapter().orElseThrow().parameters()) {
                    float[] found = parameter.getArray().getGradient().toFloatArray();
                    float[] exact = GoldenRun.tensor(file, layout + parameter.getName());
                    Measured.within("gradient of a matrix, " + name + ", " + (cached ? "gradient cache" : "one graph"),
                        stepName + ", " + parameter.getName(), Measured.relative(found, exact),
                        Math.max(BOUND, 2 * peft));
                }
            }
        }
    }
}
