package oneword.bench;

import ai.djl.Device;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import oneword.lora.checkpoint.SafetensorsFile;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.DecoderConfig;
import oneword.lora.decoder.Decoders;
import oneword.lora.decoder.Precision;
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
import org.openjdk.jmh.annotations.Warmup;

/** Reading a model's safetensors, from the page cache. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 2)
public class WeightsBenchmark {

    private static final int PAGE = 4096;

    @Param("models/opt-mini")
    private String model;

    private Path folder;
    private List<Path> files;
    private DecoderConfig config;

    /** Finds the files. */
    @Setup
    public void open() throws IOException {
        folder = Path.of(System.getProperty("oneword.root")).resolve(model);
        config = Decoders.read(folder);
        files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.safetensors")) {
            found.forEach(files::add);
        }
    }

    /** The headers, checked against the grammar. */
    @Benchmark
    public int headers() {
        int tensors = 0;
        for (Path file : files) {
            try (SafetensorsFile opened = SafetensorsFile.open(file)) {
                tensors += opened.names().size();
            }
        }
        return tensors;
    }

    /** Headers and a byte of every page of every tensor. */
    @Benchmark
    public long pages() {
        long sum = 0;
        for (Path file : files) {
            try (SafetensorsFile opened = SafetensorsFile.open(file)) {
                for (String name : opened.names()) {
                    for (ByteBuffer chunk : opened.mapChunks(name, 1 << 30)) {
                        for (int i = 0; i < chunk.limit(); i += PAGE) {
                            sum += chunk.get(i);
                        }
                    }
                }
            }
        }
        return sum;
    }

    /** The whole model, converted to fp32 and checked for NaN, and freed again. */
    @Benchmark
    public int loadedAsFp32() {
        return load(Precision.FP32);
    }

    /** The whole model, converted to bf16 and checked for NaN, and freed again. */
    @Benchmark
    public int loadedAsBf16() {
        return load(Precision.BF16);
    }

    private int load(Precision precision) {
        try (Decoder decoder = Decoders.load(folder, config, precision, Device.cpu())) {
            return decoder.config().layers();
        }
    }
}
