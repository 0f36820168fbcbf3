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

/** A frozen linear map with an adapter of rank 64, and without one: what the adapter costs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 3)
public class LoraLinearBenchmark {

    private static final int RANK = 64;

    /** Tokens of the micro-batch. */
    @Param("2048")
    private int tokens;

    /** Inputs and outputs of the map: an attention projection and fc1 of OPT-125M. */
    @Param({"768x768", "768x3072"})
    private String shape;

    @Param({"FP32", "BF16"})
    private Precision precision;

    /** Of the adapter's input. */
    @Param({"0", "0.05"})
    private double dropout;

    private Kernels kernels;
    private NDManager scope;
    private NDArray input;
    private NDArray weight;
    private NDArray bias;
    private NDArray a;
    private NDArray b;
    private NDArray down;

    /** Makes weights. */
    @Setup
    public void open() {
        String[] sizes = shape.split("x");
        long inputs = Long.parseLong(sizes[0]);
        long outputs = Long.parseLong(sizes[1]);
        kernels = Kernels.load(LoraLinearBenchmark.class,
            Map.of("dropout", dropout, "compute", precision.scalarType()), Device.cpu(),
            "/oneword/lora/kernel/linear.py", "lora_linear.py");
        scope = Torch.newManager(Device.cpu());
        input = compute(tokens, inputs);
        weight = compute(outputs, inputs);
        bias = compute(outputs);
        down = compute(tokens, outputs);
        a = scope.randomNormal(new Shape(RANK, inputs));
        b = scope.randomNormal(new Shape(outputs, RANK));
        input.setRequiresGradient(true);
        a.setRequiresGradient(true);
        b.setRequiresGradient(true);
    }

    private NDArray compute(long... sizes) {
        try (NDArray drawn = scope.randomNormal(new Shape(sizes))) {
            return Torch.withoutGradients(() -> kernels.call(scope, "cast").with(drawn).tensor());
        }
    }

    private NDArray adapted(NDManager inner) {
        return kernels.call(inner, "adapted").with(input).with(weight).with(bias).with(a).with(b).tensor();
    }

    private NDArray frozen(NDManager inner) {
        return kernels.call(inner, "frozen").with(input).with(weight).with(bias).tensor();
    }

    /** With adapter, without graph. */
    @Benchmark
    public void lora() {
        try (NDManager inner = scope.newSubManager()) {
            Torch.withoutGradients(() -> adapted(inner));
        }
    }

    /** With adapter, and the gradients of input and adapter, as layers train. */
    @Benchmark
    public void loraAndGradient() {
        try (NDManager inner = scope.newSubManager()) {
            Torch.withoutGradients(() -> kernels.call(inner, "adapted_and_gradients")
                .with(input).with(weight).with(bias).with(a).with(b).with(down).tensor());
        }
    }

    /** The frozen map alone, without graph. */
    @Benchmark
    public void frozen() {
        try (NDManager inner = scope.newSubManager()) {
            Torch.withoutGradients(() -> frozen(inner));
        }
    }

    /** The frozen map alone with graph, and its input's gradient. */
    @Benchmark
    public void frozenAndGradient() {
        try (NDManager inner = scope.newSubManager()) {
            Torch.backward(Torch.withGradients(() -> frozen(inner)), down);
        }
    }

    /** Frees the weights. */
    @TearDown
    public void close() {
        scope.close();
        kernels.close();
    }
}
