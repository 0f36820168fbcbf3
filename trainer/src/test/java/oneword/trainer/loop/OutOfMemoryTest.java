package oneword.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import oneword.data.batch.EncodedBatch;
import oneword.trainer.hardware.MemoryGauge;
import oneword.trainer.hardware.OutOfMemoryException;
import oneword.trainer.optimizer.WarmupSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A step that runs out of memory, wherever it is, starts again with less and ends with the same gradients. */
class OutOfMemoryTest {

    private static final int MICRO_BATCH_TOKENS = 60;

    /** Fails at the n-th piece of work, as libtorch's allocator does. */
    private static MemoryGauge failingOnceAt(int n) {
        AtomicInteger claims = new AtomicInteger();
        return () -> {
            if (claims.incrementAndGet() == n) {
                throw new EngineException("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory");
            }
        };
    }

    /** The batch has eight micro-batches: claims 1 to 8 are forward passes, 9 to 16 backward passes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 7, 9, 10, 13, 16})
    void aFailureInForwardOrBackwardChangesNoNumber(int claim) {
        StepResult calm = step(Keep.MICRO_BATCH, MemoryGauge.NONE);
        StepResult troubled = step(Keep.BATCH, failingOnceAt(claim));
        assertThat(troubled.loss()).isEqualTo(calm.loss());
        assertThat(troubled.gradientNorm()).isEqualTo(calm.gradientNorm());
        assertThat(troubled.applied()).isTrue();
    }

    @Test
    void microBatchesAreHalvedUntilTheyFit() {
        AtomicReference<ContrastiveTrainer> trainer = new AtomicReference<>();
        MemoryGauge gauge = () -> {
            if (trainer.get().microBatchTokens() > MICRO_BATCH_TOKENS / 4) {
                throw new OutOfMemoryException("out of memory: none is left");
            }
        };
        try (GoldenRun run = run(Keep.BATCH, true, gauge)) {
            trainer.set(run.trainer);
            StepResult result = run.trainer.train(batch());
            assertThat(result.applied()).isTrue();
            assertThat(run.trainer.microBatchTokens()).isEqualTo(MICRO_BATCH_TOKENS / 4);
        }
    }

    @Test
    void whereNothingHelpsTheFailureIsTold() {
        MemoryGauge never = () -> {
            throw new OutOfMemoryException("out of memory: none is left");
        };
        assertThatThrownBy(() -> step(Keep.BATCH, never)).isInstanceOf(OutOfMemoryException.class);
    }

    @Test
    void withoutAdaptingAFailureIsTold() {
        try (GoldenRun run = run(Keep.BATCH, false, failingOnceAt(2))) {
            assertThatThrownBy(() -> run.trainer.train(batch())).isInstanceOf(EngineException.class);
        }
    }

    @Test
    void otherFailuresAreNotTakenForWantOfMemory() {
        MemoryGauge broken = () -> {
            throw new IllegalStateException("something else");
        };
        assertThatThrownBy(() -> step(Keep.BATCH, broken)).isInstanceOf(IllegalStateException.class);
    }

    private static StepResult step(Keep keep, MemoryGauge gauge) {
        try (GoldenRun run = run(keep, true, gauge)) {
            return run.trainer.train(batch());
        }
    }

    private static GoldenRun run(Keep keep, boolean adapts, MemoryGauge gauge) {
        return new GoldenRun(GoldenRun.LORA.resolve("decoder/pre-norm"), GoldenRun.LORA.resolve("lora/pre-norm"), 0.05,
            0, new WarmupSchedule(1e-3, 0, 100, true),
            new StepSettings(MICRO_BATCH_TOKENS, 1, 3, keep, adapts, true), LossScale.none(), gauge,
            OptionalDouble.of(0.3));
    }

    private static EncodedBatch batch() {
        JsonNode step = GoldenRun.json(GoldenRun.LORA.resolve("lora/pre-norm/inputs.json")).get("steps").get(0);
        return GoldenRun.batch(0, GoldenRun.sentences(step.get("queries")), GoldenRun.sentences(step.get("positives")),
            GoldenRun.sentences(step.get("negatives")));
    }
}
