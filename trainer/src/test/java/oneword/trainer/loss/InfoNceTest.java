package oneword.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import oneword.lora.kernel.Torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Loss and gradients equal torch's autograd; see src/test/golden/make_numbers.py. */
class InfoNceTest {

    static Stream<JsonNode> cases() throws IOException {
        JsonNode root = new ObjectMapper().readTree(Path.of("src/test/resources/golden/infonce.json").toFile());
        return StreamSupport.stream(root.get("cases").spliterator(), false)
            .filter(InfoNceTest::oneNegativePerRowAtMost);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lossAndGradientsEqualTorch(JsonNode golden) {
        JsonNode expected = golden.get("float64");
        int rows = golden.get("z1").size();
        int negatives = golden.get("z3").size();
        int d = golden.get("z1").get(0).size();
        long[] targets = new long[rows];
        long[] own = new long[rows];
        Arrays.fill(own, -1);
        for (int i = 0; i < rows; i++) {
            targets[i] = i;
        }
        for (int i = 0; i < negatives; i++) {
            own[golden.get("negative_rows").get(i).intValue()] = rows + i;
        }
        float[] passages = concatenate(matrix(golden.get("z2")), matrix(golden.get("z3")));
        try (InfoNce loss = new InfoNce(golden.get("temperature").doubleValue(),
                golden.get("hard_negative_weight").doubleValue(), Device.cpu());
            NDManager scope = Torch.newManager(Device.cpu())) {
            NDArray q = scope.create(matrix(golden.get("z1")), new Shape(rows, d));
            NDArray p = scope.create(passages, new Shape(rows + negatives, d));
            q.setRequiresGradient(true);
            p.setRequiresGradient(true);
            NDList labels = new NDList(scope.create(targets), scope.create(own));
            NDArray value = Torch.withGradients(() -> loss.evaluate(labels, new NDList(q, p)));
            Torch.backward(value, scope.create(1f));

            double scale = Math.max(1, Math.abs(expected.get("loss").doubleValue()));
            assertThat((double) value.getFloat()).isCloseTo(expected.get("loss").doubleValue(), within(2e-6 * scale));
            assertClose(q.getGradient().toFloatArray(), matrix(expected.get("dz1")));
            assertClose(p.getGradient().toFloatArray(),
                concatenate(matrix(expected.get("dz2")), matrix(expected.get("dz3"))));
        }
    }

    /** A weight on several hard negatives of one row has no place in the labels; without weight any number has. */
    private static boolean oneNegativePerRowAtMost(JsonNode golden) {
        JsonNode owners = golden.get("negative_rows");
        long distinct = StreamSupport.stream(owners.spliterator(), false).map(JsonNode::intValue).distinct().count();
        return golden.get("hard_negative_weight").doubleValue() == 0 || distinct == owners.size();
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double scale = 0;
        for (float value : expected) {
            scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-5 * Math.max(scale, 1e-3)));
        }
    }

    private static float[] matrix(JsonNode rows) {
        float[] flat = new float[rows.isEmpty() ? 0 : rows.size() * rows.get(0).size()];
        int i = 0;
        for (JsonNode row : rows) {
            for (JsonNode value : row) {
                flat[i++] = value.floatValue();
            }
        }
        return flat;
    }

    private static float[] concatenate(float[] a, float[] b) {
        float[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
