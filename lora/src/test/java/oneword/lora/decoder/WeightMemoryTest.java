package oneword.lora.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import oneword.lora.checkpoint.WeightFolder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights are in memory once: in the compute type, and not also as a mapped file. */
class WeightMemoryTest {

    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    @TempDir
    private Path folder;

    @BeforeEach
    void copyModel() throws IOException {
        assumeTrue(Files.isReadable(MAPPINGS), "only Linux tells what a process has mapped, in " + MAPPINGS);
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(GoldenCase.ROOT.resolve("decoder/pre-norm").resolve(file), folder.resolve(file));
        }
    }

    private List<String> mappings() throws IOException {
        String real = folder.toRealPath().toString();
        return Files.readString(MAPPINGS, StandardCharsets.ISO_8859_1).lines()
            .filter(line -> line.contains(real)).toList();
    }

    @Test
    void aMappedTensorIsSeenHere() throws IOException {
        try (WeightFolder weights = WeightFolder.open(folder)) {
            String name = weights.names().iterator().next();
            assertThat(weights.map(name)).satisfies(mapped -> assertThat(mappings()).isNotEmpty());
        }
    }

    @Test
    void aLoadedModelMapsNothingOfItsFiles() throws IOException {
        try (Decoder decoder = Decoders.load(folder, Decoders.read(folder), Precision.FP32, Device.cpu());
            LanguageHead head = LanguageHead.load(folder, Precision.BF16, Device.cpu(), 1)) {
            assertThat(decoder.config().layers()).isPositive();
            assertThat(head.top(new float[1][decoder.config().outputWidth()])).hasSize(1);
            assertThat(mappings()).isEmpty();
        }
    }
}
