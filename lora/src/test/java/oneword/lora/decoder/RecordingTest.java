package oneword.lora.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.adapter.TargetModule;
import oneword.lora.kernel.Torch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Under dropout a recording gives autograd's vectors, to the bit, and its gradients, from the same seeds. */
class RecordingTest {

    private static final double BOUND = 1e-5;
    private static final double DROPOUT = 0.2;
    private static final LayerSeeds SEEDS = LayerSeeds.of(3, 1, 4);
    private static final int WIDTH = 7;
    /** Sentences of 5, 4, 7 and 4 tokens that begin alike, right-padded. */
    private static final int[] IDS = {
        2, 9, 4, 17, 30, 3, 3,
        2, 9, 4, 5, 3, 3, 3,
        2, 9, 4, 40, 8, 21, 33,
        2, 9, 4, 6, 3, 3, 3};
    private static final int[] LENGTHS = {5, 4, 7, 4};

    @TempDir
    private Path folder;

    /** Gives the vectors of a batch and adds up gradients. */
    private interface Way {

        float[] run(Decoder decoder, NDManager scope, TokenBatch batch);
    }

    /** Vectors, and for each matrix of the adapter its gradient. */
    private record Pass(float[] vectors, Map<String, float[]> gradients) {}

    @ParameterizedTest
    @CsvSource({"pre-norm, 0.2, true", "pre-norm, 0, true", "pre-norm, 0, false", "pre-norm-gelu, 0.2, true",
        "post-norm-projected, 0.2, false", "post-norm-projected, 0, true", "llama, 0.2, true", "llama, 0, true",
        "llama, 0, false", "llama-bias, 0.2, true", "llama-llama3, 0.2, false", "mistral, 0, true"})
    void everyMatrixHasTheGradientOfAutograd(String model, double attentionDropout, boolean sharePrefix)
        throws IOException {
        copyModel(model, attentionDropout);
        List<String> targets = Decoders.read(folder).targetModules().stream()
            .map(TargetModule::name).distinct().toList();
        assertEqualsAutograd(model, targets, sharePrefix);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre-norm", "post-norm-projected", "llama"})
    void mapsWithoutAdapterPassGradientsOn(String model) throws IOException {
        copyModel(model, DROPOUT);
        assertEqualsAutograd(model, List.of("q_proj", "v_proj"), true);
    }

    private void copyModel(String name, double attentionDropout) throws IOException {
        Path source = GoldenCase.ROOT.resolve("decoder").resolve(name);
        Files.copy(source.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        ObjectMapper json = new ObjectMapper();
        ObjectNode config = (ObjectNode) json.readTree(source.resolve("config.json").toFile());
        if (config.has("dropout")) {
            config.put("dropout", DROPOUT);
        }
        config.put("attention_dropout", attentionDropout);
        json.writeValue(folder.resolve("config.json").toFile(), config);
    }

    private void assertEqualsAutograd(String model, List<String> targets, boolean sharePrefix) {
        Pass autograd = pass(targets, sharePrefix, RecordingTest::autograd);
        Pass whole = pass(targets, sharePrefix, (decoder, scope, batch) -> recording(decoder, scope, batch, false));
        Pass borders = pass(targets, sharePrefix, (decoder, scope, batch) -> recording(decoder, scope, batch, true));

        assertThat(whole.vectors()).isEqualTo(autograd.vectors());
        assertThat(borders.vectors()).isEqualTo(autograd.vectors());
        autograd.gradients().forEach((name, expected) -> {
            float[] found = whole.gradients().get(name);
            assertThat(borders.gradients().get(name)).as(name).isEqualTo(found);
            assertThat(found).as(name).hasSameSizeAs(expected);
            double scale = 0;
            double difference = 0;
            for (int i = 0; i < expected.length; i++) {
                scale = Math.max(scale, Math.abs(expected[i]));
                difference = Math.max(difference, Math.abs((double) found[i] - expected[i]));
            }
            assertThat(scale).as(name).isPositive();
            Measured.within("gradient of a matrix under dropout against autograd's, relative to its largest entry",
                model + ", " + name, difference / scale, BOUND);
        });
    }

    private Pass pass(List<String> targets, boolean sharePrefix, Way way) {
        try (Decoder decoder = Decoders.load(folder, Decoders.read(folder), Precision.FP32, Device.cpu());
            NDManager scope = decoder.manager().newSubManager()) {
            List<Parameter> matrices = decoder.addAdapter(new LoraConfig(3, 6, DROPOUT, targets), 0).parameters();
            Random random = new Random(5);
            for (Parameter matrix : matrices) {
                matrix.getArray().set(normal(random, matrix.getShape(), 0.2));
                matrix.getArray().setRequiresGradient(true);
            }
            float[] vectors = way.run(decoder, scope, TokenBatch.of(scope, IDS, LENGTHS, WIDTH, sharePrefix));
            Map<String, float[]> gradients = new LinkedHashMap<>();
            for (Parameter matrix : matrices) {
                gradients.put(matrix.getName(), matrix.getArray().getGradient().toFloatArray());
            }
            return new Pass(vectors, gradients);
        }
    }

    private static float[] autograd(Decoder decoder, NDManager scope, TokenBatch batch) {
        NDArray vectors = Torch.withGradients(() -> decoder.encode(scope, batch, SEEDS));
        Torch.backward(vectors, gradient(scope, vectors));
        return vectors.toFloatArray();
    }

    private static float[] recording(Decoder decoder, NDManager scope, TokenBatch batch, boolean bordersOnly) {
        try (Recording recording = decoder.record(scope, batch, SEEDS, bordersOnly)) {
            float[] vectors = recording.vectors().toFloatArray();
            recording.backward(gradient(scope, recording.vectors()), GradientOrder.ALONE);
            return vectors;
        }
    }

    private static NDArray gradient(NDManager scope, NDArray vectors) {
        return scope.create(normal(new Random(6), vectors.getShape(), 1), vectors.getShape());
    }

    private static float[] normal(Random random, Shape shape, double deviation) {
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }
}
