package oneword.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;
import oneword.data.batch.EncodedBatch;
import oneword.trainer.hardware.MemoryGauge;
import oneword.trainer.optimizer.WarmupSchedule;
import org.junit.jupiter.api.Test;

/** The rules of torch.amp.GradScaler: init_scale 65536, growth 2, backoff 0.5, growth_interval 2000. */
class LossScaleTest {

    @Test
    void anOverflowHalvesTheScaleAndStartsTheCountAgain() {
        LossScale scale = LossScale.start().after(true).after(true).after(false);
        assertThat(scale).isEqualTo(new LossScale(32768, 0, true));
    }

    @Test
    void twoThousandGoodStepsDoubleIt() {
        LossScale scale = LossScale.start();
        for (int i = 0; i < 1999; i++) {
            scale = scale.after(true);
        }
        assertThat(scale).isEqualTo(new LossScale(65536, 1999, true));
        assertThat(scale.after(true)).isEqualTo(new LossScale(131072, 0, true));
    }

    @Test
    void withoutScalingNothingChanges() {
        assertThat(LossScale.none().after(false).after(true)).isEqualTo(LossScale.none());
    }

    /** A power of two changes no bit of a gradient in fp32, so a scaled step must be the plain one. */
    @Test
    void aScaledStepIsThePlainOne() {
        StepResult plain = step(LossScale.none());
        StepResult scaled = step(new LossScale(1024, 0, true));
        assertThat(scaled.loss()).isEqualTo(plain.loss());
        assertThat(scaled.gradientNorm()).isCloseTo(plain.gradientNorm(), within(1e-6 * plain.gradientNorm()));
    }

    @Test
    void anOverflowIsLeftOutAndExplained() {
        StepResult result = step(new LossScale(0x1p120, 0, true));
        assertThat(result.applied()).isFalse();
        assertThat(result.overflow()).isTrue();
    }

    private static StepResult step(LossScale scale) {
        JsonNode step = GoldenRun.json(GoldenRun.LORA.resolve("lora/pre-norm/inputs.json")).get("steps").get(0);
        EncodedBatch batch = GoldenRun.batch(0, GoldenRun.sentences(step.get("queries")),
            GoldenRun.sentences(step.get("positives")), GoldenRun.sentences(step.get("negatives")));
        try (GoldenRun run = new GoldenRun(GoldenRun.LORA.resolve("decoder/pre-norm"),
            GoldenRun.LORA.resolve("lora/pre-norm"), 0.05, 0, new WarmupSchedule(1e-3, 0, 100, true),
            new StepSettings(64, 1, 3, Keep.BATCH, false, true), scale, MemoryGauge.NONE, OptionalDouble.of(0))) {
            return run.trainer.train(batch);
        }
    }
}
