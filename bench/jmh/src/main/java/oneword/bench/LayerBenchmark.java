package oneword.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.adapter.TargetModule;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.DecoderConfig;
import oneword.lora.decoder.Decoders;
import oneword.lora.decoder.GradientOrder;
import oneword.lora.decoder.LayerSeeds;
import oneword.lora.decoder.Precision;
import oneword.lora.decoder.Recording;
import oneword.lora.decoder.TokenBatch;
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

/** A decoder's layers with LoRA of rank 64 on every linear map; 48 sentences of 20 to 40 random tokens. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 3)
public class LayerBenchmark {

    private static final int SENTENCES = 48;
    private static final int WIDTH = 40;

    @Param("models/opt-mini")
    private String model;

    @Param({"FP32", "BF16"})
    private Precision precision;

    /** Of the model and of the adapter. */
    @Param({"0", "0.1"})
    private double dropout;

    private Decoder decoder;
    private NDManager scope;
    private TokenBatch batch;
    private NDArray input;
    private NDArray down;
    private NDArray lastDown;

    /** Loads the model. */
    @Setup
    public void open() {
        Path folder = Path.of(System.getProperty("oneword.root")).resolve(model);
        DecoderConfig config = Decoders.read(folder).withDropout(dropout);
        decoder = Decoders.load(folder, config, precision, Device.cpu());
        decoder.addAdapter(new LoraConfig(64, 64, dropout,
            config.targetModules().stream().map(TargetModule::name).distinct().toList()), 1);
        scope = Torch.newManager(Device.cpu());
        Random random = new Random(1);
        int[] ids = random.ints(SENTENCES * WIDTH, 3, 8000).toArray();
        int[] lengths = random.ints(SENTENCES, WIDTH / 2, WIDTH + 1).toArray();
        batch = TokenBatch.of(scope, ids, lengths, WIDTH, true);
        Torch.withoutGradients(() -> {
            input = decoder.embed(scope, batch, null);
            lastDown = decoder.layer(scope, last(), input, batch, null);
            down = decoder.encode(scope, batch, null);
            return input;
        });
        input.setRequiresGradient(true);
    }

    private int last() {
        return decoder.config().layers() - 1;
    }

    private LayerSeeds seeds() {
        return dropout == 0 ? null : LayerSeeds.of(1, 1, 1);
    }

    private void forward(int layer) {
        try (NDManager inner = scope.newSubManager()) {
            Torch.withoutGradients(() -> decoder.layer(inner, layer, input, batch, seeds()));
        }
    }


    /** The first layer without graph. */
    @Benchmark
    public void layer() {
        forward(0);
    }

    /** All layers, forward and back. */
    @Benchmark
    public void decoderAndGradients() {
        try (NDManager inner = scope.newSubManager();
            Recording recording = decoder.record(inner, batch, LayerSeeds.of(1, 1, 1), false)) {
            recording.backward(down, GradientOrder.ALONE);
        }
    }

    /** The last layer, which is computed for the last tokens alone. */
    @Benchmark
    public void lastLayer() {
        forward(last());
    }

    /** The last layer under autograd, and its gradients. */
    @Benchmark
    public void lastLayerAndGradient() {
        try (NDManager inner = scope.newSubManager()) {
            Torch.backward(
                Torch.withGradients(() -> decoder.layer(inner, last(), input, batch, seeds())), lastDown);
        }
    }

    /** Frees the model. */
    @TearDown
    public void close() {
        scope.close();
        decoder.close();
    }
}
