package oneword.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;
import oneword.data.batch.EncodedBatch;
import oneword.trainer.hardware.Memory;
import oneword.trainer.optimizer.WarmupSchedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Steps leave nothing behind: neither arrays that a manager holds nor native memory. */
class FlatMemoryTest {

    private static final int WINDOW = 100;

    @ParameterizedTest
    @EnumSource(Keep.class)
    void arraysAndNativeMemoryStayFlat(Keep keep) {
        JsonNode step = GoldenRun.json(GoldenRun.LORA.resolve("lora/pre-norm/inputs.json")).get("steps").get(0);
        try (GoldenRun run = new GoldenRun(GoldenRun.LORA.resolve("decoder/pre-norm"),
            GoldenRun.LORA.resolve("lora/pre-norm"), 0.05, 0, new WarmupSchedule(1e-4, 0, 1000, true),
            new StepSettings(64, 1, 3, keep, false, true), OptionalDouble.of(0.1))) {
            train(run, step, 0, WINDOW);
            long arrays = arrays(run);
            long early = leastOfThreeWindows(run, step, 1);
            long late = leastOfThreeWindows(run, step, 4);
            assertThat(arrays(run)).isEqualTo(arrays);
            assertThat(late - early).isLessThan(24L << 20);
        }
    }

    /** Java's own heap comes and goes, so single readings are noisy: the least of several is not. */
    private static long leastOfThreeWindows(GoldenRun run, JsonNode step, int first) {
        long least = Long.MAX_VALUE;
        for (int window = first; window < first + 3; window++) {
            train(run, step, window * WINDOW, (window + 1) * WINDOW);
            System.gc();
            least = Math.min(least, Memory.resident().orElse(0) - Runtime.getRuntime().totalMemory());
        }
        return least;
    }

    private static void train(GoldenRun run, JsonNode step, int from, int to) {
        for (int i = from; i < to; i++) {
            EncodedBatch batch = GoldenRun.batch(i, GoldenRun.sentences(step.get("queries")),
                GoldenRun.sentences(step.get("positives")), GoldenRun.sentences(step.get("negatives")));
            run.trainer.train(batch);
        }
    }

    private static long arrays(GoldenRun run) {
        return run.decoder.manager().getManagedArrays().size() + run.trainer.getManager().getManagedArrays().size();
    }
}
