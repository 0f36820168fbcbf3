package oneword.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import oneword.lora.kernel.Torch;
import oneword.trainer.optimizer.AdamW;
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

/** What follows the gradients of a step: norm, clipping, update, zeroing. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 3)
public class AdamWBenchmark {

    /** Matrices of the adapter; OPT-125M with all its linear maps has 144. */
    @Param({"96", "144"})
    private int matrices;

    /** Values of a matrix; rank 64 beside a width of 768 has 49152. */
    @Param({"16384", "49152"})
    private int values;

    private NDManager scope;
    private AdamW adamW;

    /** Makes parameters of zeros. */
    @Setup
    public void open() {
        scope = Torch.newManager(Device.cpu());
        List<Parameter> parameters = IntStream.range(0, matrices).mapToObj(i -> {
            Parameter parameter = Parameter.builder().setName("p" + i).setType(Parameter.Type.WEIGHT).build();
            parameter.setArray(scope.zeros(new Shape(64, values / 64)));
            parameter.getArray().setRequiresGradient(true);
            return parameter;
        }).toList();
        adamW = AdamW.create(parameters, 0, scope);
    }

    /** One update of all matrices. */
    @Benchmark
    public double step() {
        double norm = adamW.gradientNorm();
        adamW.clip(norm, 1);
        adamW.update(1e-4);
        adamW.zeroGradients();
        return norm;
    }

    /** Frees the parameters. */
    @TearDown
    public void close() {
        adamW.close();
        scope.close();
    }
}
