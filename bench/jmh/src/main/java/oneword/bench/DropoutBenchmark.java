package oneword.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import oneword.lora.decoder.Precision;
import oneword.lora.kernel.Kernels;
import oneword.lora.kernel.Torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Dropout of a micro-batch's states on a CPU: with a random byte an element, and as torch does it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 3)
public class DropoutBenchmark {

    /** Tokens of the micro-batch. */
    @Param("2048")
    private int tokens;

    /** Width of the states. */
    @Param({"256", "768"})
    private int width;

    @Param({"FP32", "BF16"})
    private Precision precision;

    private Kernels kernels;
    private NDManager scope;
    private NDArray states;

    /** Makes states. */
    @Setup
    public void open() {
        kernels = Kernels.load(DropoutBenchmark.class,
            Map.of("p", 0.1, "compute", precision.scalarType()), Device.cpu(),
            "/oneword/lora/kernel/linear.py", "dropout.py");
        scope = Torch.newManager(Device.cpu());
        try (NDArray drawn = scope.randomNormal(new Shape(tokens, width))) {
            states = Torch.withoutGradients(() -> kernels.call(scope, "cast").with(drawn).tensor());
        }
    }

    private void run(String method) {
        try (NDManager inner = scope.newSubManager()) {
            Torch.withoutGradients(() -> kernels.call(inner, method).with(states).tensor());
        }
    }

    /** That of the decoders. */
    @Benchmark
    public void masked() {
        run("ours");
    }

    /** {@code torch.dropout}. */
    @Benchmark
    public void torch() {
        run("torch");
    }

    /** Frees the states. */
    @TearDown
    public void close() {
        scope.close();
        kernels.close();
    }
}
