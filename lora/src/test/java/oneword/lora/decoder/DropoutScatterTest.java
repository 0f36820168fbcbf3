package oneword.lora.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import oneword.lora.kernel.Torch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Under dropout vectors have the mean and the variance that they have in transformers and PEFT; see make_dropout.py.
 *
 * <p>Masks cannot be equal, but where dropout stands and how strong it is shows in both moments. Each of some 30
 * numbers of a vector may be five standard errors of the two samples away, which chance exceeds once in a million.
 */
class DropoutScatterTest {

    private static final int ROWS = 512;
    private static final int PASSES = 8;
    private static final double STANDARD_ERRORS = 5;

    @TempDir
    private Path folder;

    static Stream<JsonNode> cases() throws IOException {
        JsonNode all = new ObjectMapper().readTree(GoldenCase.ROOT.resolve("dropout.json").toFile());
        return StreamSupport.stream(all.spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void vectorsScatterAsInTransformersAndPeft(JsonNode golden) throws IOException {
        copyModel(golden);
        String name = golden.get("name").asText();
        double[][] moments = moments(draws(golden));
        double[] mean = numbers(golden.get("mean"));
        double[] variance = numbers(golden.get("variance"));
        double[] fourth = numbers(golden.get("fourth"));
        double theirs = golden.get("draws").doubleValue();
        double ours = ROWS * PASSES;
        assertThat(moments[0]).hasSameSizeAs(mean);
        for (int j = 0; j < mean.length; j++) {
            double meanError = Math.sqrt(variance[j] * (1 / ours + 1 / theirs));
            Measured.within("mean under dropout, in standard errors", name + ", number " + j,
                Math.abs(moments[0][j] - mean[j]) / meanError, STANDARD_ERRORS);
            double varianceError = Math.sqrt((fourth[j] - variance[j] * variance[j]) * (1 / ours + 1 / theirs));
            Measured.within("variance under dropout, in standard errors", name + ", number " + j,
                Math.abs(moments[1][j] - variance[j]) / varianceError, STANDARD_ERRORS);
        }
    }

    private void copyModel(JsonNode golden) throws IOException {
        Path source = GoldenCase.ROOT.resolve(golden.get("model").asText());
        Files.copy(source.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        ObjectMapper json = new ObjectMapper();
        ObjectNode config = (ObjectNode) json.readTree(source.resolve("config.json").toFile());
        config.set("dropout", golden.get("dropout"));
        config.set("attention_dropout", golden.get("attention_dropout"));
        json.writeValue(folder.resolve("config.json").toFile(), config);
    }

    /** One vector a draw: rows of one pass have masks of their own, passes have seeds of their own. */
    private List<float[]> draws(JsonNode golden) {
        int[] ids = GoldenCase.sentences(new ObjectMapper().createArrayNode().add(golden.get("ids"))).get(0);
        List<float[]> draws = new ArrayList<>();
        try (Decoder decoder =
            Decoders.load(folder, Decoders.read(folder), Precision.FP32, Device.cpu())) {
            decoder.loadAdapter(GoldenCase.ROOT.resolve(golden.get("adapter").asText()),
                golden.get("lora_dropout").doubleValue());
            if (!golden.get("only").isNull()) {
                silenceAllBut(golden.get("only").asText(), decoder);
            }
            int[] lengths = new int[ROWS];
            Arrays.fill(lengths, ids.length);
            int[] all = new int[ROWS * ids.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = ids[i % ids.length];
            }
            int d = decoder.config().outputWidth();
            for (int pass = 0; pass < PASSES; pass++) {
                LayerSeeds seeds = LayerSeeds.of(11, pass / 4, pass % 4);
                try (NDManager scope = decoder.manager().newSubManager()) {
                    TokenBatch batch = TokenBatch.of(scope, all, lengths, ids.length, false);
                    float[] vectors =
                        Torch.withoutGradients(() -> decoder.encode(scope, batch, seeds)).toFloatArray();
                    for (int i = 0; i < ROWS; i++) {
                        draws.add(Arrays.copyOfRange(vectors, i * d, (i + 1) * d));
                    }
                }
            }
        }
        return draws;
    }

    private static void silenceAllBut(String target, Decoder decoder) {
        for (Parameter parameter : decoder.adapter().orElseThrow().parameters()) {
            String name = parameter.getName();
            if (name.endsWith("lora_B.weight") && !("." + name).contains("." + target + ".")) {
                parameter.getArray().set(new float[(int) parameter.getShape().size()]);
            }
        }
    }

    private static double[][] moments(List<float[]> draws) {
        int d = draws.get(0).length;
        double[] mean = new double[d];
        double[] variance = new double[d];
        for (float[] draw : draws) {
            for (int j = 0; j < d; j++) {
                mean[j] += draw[j] / (double) draws.size();
            }
        }
        for (float[] draw : draws) {
            for (int j = 0; j < d; j++) {
                variance[j] += Math.pow(draw[j] - mean[j], 2) / draws.size();
            }
        }
        return new double[][] {mean, variance};
    }

    private static double[] numbers(JsonNode list) {
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = list.get(i).doubleValue();
        }
        return numbers;
    }
}
