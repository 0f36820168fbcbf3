package oneword.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;
import oneword.data.batch.EncodedBatch;
import oneword.trainer.hardware.Memory;
import oneword.trainer.optimizer.WarmupSchedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps leave nothing behind: neither arrays that a manager holds nor native memory. */
class FlatMemoryTest {

    private static final int WARM_UP = 60;
    private static final int STEPS = 200;

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE})
    void arraysAndNativeMemoryStayFlat(long graphBudget) {
        JsonNode step = GoldenRun.json(GoldenRun.LORA.resolve("lora/pre-norm/inputs.json")).get("steps").get(0);
        try (GoldenRun run = new GoldenRun(GoldenRun.LORA.resolve("decoder/pre-norm"),
            GoldenRun.LORA.resolve("lora/pre-norm"), 0.05, 0, new WarmupSchedule(1e-4, 0, 1000, true),
            new StepSettings(64, 1, 3, graphBudget), OptionalDouble.of(0.1))) {
            train(run, step, 0, WARM_UP);
            long arrays = arrays(run);
            long memory = nativeMemory();
            train(run, step, WARM_UP, WARM_UP + STEPS);
            assertThat(arrays(run)).isEqualTo(arrays);
            assertThat(nativeMemory() - memory).isLessThan(24L << 20);
        }
    }

    private static void train(GoldenRun run, JsonNode step, int from, int to) {
        for (int i = from; i < to; i++) {
            EncodedBatch batch = GoldenRun.batch(i, GoldenRun.sentences(step.get("queries")),
                GoldenRun.sentences(step.get("positives")), GoldenRun.sentences(step.get("negatives")));
            run.trainer.train(batch);
        }
    }

    /** Resident memory without Java's heap, which grows and shrinks as it likes. */
    private static long nativeMemory() {
        System.gc();
        return Memory.resident().orElse(0) - Runtime.getRuntime().totalMemory();
    }

    private static long arrays(GoldenRun run) {
        return run.decoder.manager().getManagedArrays().size() + run.trainer.getManager().getManagedArrays().size();
    }
}
