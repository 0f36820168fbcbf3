package oneword.trainer.loss;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
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

/** The loss of a batch of triples and its gradient. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 3)
public class InfoNceBenchmark {

    /** Rows: each has a query and two passages. */
    @Param({"256", "4096"})
    private int batch;

    /** Width of the vectors. */
    @Param({"256", "768"})
    private int width;

    private InfoNce whole;
    private InfoNce inStripes;
    private NDManager scope;
    private NDList labels;
    private float[] vectors;

    /** Makes vectors. */
    @Setup
    public void open() {
        whole = new InfoNce(0.05, 0, Device.cpu(), Integer.MAX_VALUE);
        inStripes = new InfoNce(0.05, 0, Device.cpu(), Math.min(InfoNce.DENSE_ENTRIES, batch * batch));
        scope = Torch.newManager(Device.cpu());
        labels = new NDList(scope.create(LongStream.range(0, batch).toArray()),
            scope.create(LongStream.range(batch, 2L * batch).toArray()));
        try (NDArray drawn = scope.randomNormal(new Shape(3L * batch, width))) {
            vectors = drawn.toFloatArray();
        }
    }

    private double gradient(InfoNce loss) {
        try (NDManager inner = scope.newSubManager()) {
            NDArray leaves = inner.create(vectors, new Shape(3L * batch, width));
            return loss.gradient(inner, labels, leaves, 1).value();
        }
    }

    /** By autograd, over one matrix of logits. */
    @Benchmark
    public double dense() {
        return gradient(whole);
    }

    /** In stripes of rows: half of the matrix at once, or 16 million logits. */
    @Benchmark
    public double striped() {
        return gradient(inStripes);
    }

    /** Frees the vectors. */
    @TearDown
    public void close() {
        scope.close();
        whole.close();
        inStripes.close();
    }
}
