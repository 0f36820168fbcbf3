package oneword.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import oneword.lora.kernel.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        float[] passages = concatenate(matrix(golden.get("z2")), matrix(golden.get("z3")));
        try (InfoNce loss = loss(golden, InfoNce.DENSE_ENTRIES);
            NDManager scope = Torch.newManager(Device.cpu())) {
            NDArray q = scope.create(matrix(golden.get("z1")), new Shape(rows, d));
            NDArray p = scope.create(passages, new Shape(rows + negatives, d));
            q.setRequiresGradient(true);
            p.setRequiresGradient(true);
            NDArray value = Torch.withGradients(() -> loss.evaluate(labels(scope, golden), new NDList(q, p)));
            Torch.backward(value, scope.create(1f));

            double scale = Math.max(1, Math.abs(expected.get("loss").doubleValue()));
            assertThat((double) value.getFloat()).isCloseTo(expected.get("loss").doubleValue(), within(2e-6 * scale));
            assertClose(q.getGradient().toFloatArray(), matrix(expected.get("dz1")));
            assertClose(p.getGradient().toFloatArray(),
                concatenate(matrix(expected.get("dz2")), matrix(expected.get("dz3"))));
        }
    }

    /** A stripe of two rows or of one, where there are many passages. */
    @ParameterizedTest
    @MethodSource("cases")
    void lossAndGradientsInStripesEqualTorch(JsonNode golden) {
        JsonNode expected = golden.get("float64");
        float[] queries = matrix(golden.get("z1"));
        float[] vectors = concatenate(queries, concatenate(matrix(golden.get("z2")), matrix(golden.get("z3"))));
        int rows = golden.get("z1").size();
        int d = golden.get("z1").get(0).size();
        try (InfoNce loss = loss(golden, 20); NDManager scope = Torch.newManager(Device.cpu())) {
            InfoNce.Gradient found = loss.gradient(scope, labels(scope, golden),
                scope.create(vectors, new Shape(vectors.length / d, d)), 4);

            double value = expected.get("loss").doubleValue();
            assertThat(found.value()).isCloseTo(value, within(2e-6 * Math.max(1, Math.abs(value))));
            float[] gradient = concatenate(matrix(expected.get("dz1")),
                concatenate(matrix(expected.get("dz2")), matrix(expected.get("dz3"))));
            assertClose(found.vectors().div(4).toFloatArray(), gradient);
        }
    }

    /** 2^25 logits in stripes of 2,048 rows and in stripes of 100, which do not divide the batch, beside one matrix. */
    @ParameterizedTest
    @CsvSource({"16777216, 0.7", "819200, 0"})
    void stripesEqualTheDenseLossOfABatchOf4096(int entries, double weight) {
        int rows = 4096;
        int d = 16;
        try (InfoNce whole = new InfoNce(0.05, weight, Device.cpu(), Integer.MAX_VALUE);
            InfoNce striped = new InfoNce(0.05, weight, Device.cpu(), entries);
            NDManager scope = Torch.newManager(Device.cpu())) {
            Random random = new Random(7);
            float[] vectors = new float[3 * rows * d];
            for (int i = 0; i < vectors.length; i++) {
                vectors[i] = (float) random.nextGaussian();
            }
            Arrays.fill(vectors, 5 * d, 6 * d, 0);
            Arrays.fill(vectors, 5000 * d, 5001 * d, 0);
            long[] own = LongStream.range(0, rows).map(i -> i % 3 == 0 ? -1 : rows + i).toArray();
            NDList labels = new NDList(scope.arange(rows).toType(DataType.INT64, false), scope.create(own));
            InfoNce.Gradient expected =
                whole.gradient(scope, labels, scope.create(vectors, new Shape(3 * rows, d)), 1);
            InfoNce.Gradient found =
                striped.gradient(scope, labels, scope.create(vectors, new Shape(3 * rows, d)), 1);

            assertThat(found.value()).isCloseTo(expected.value(), within(1e-6 * expected.value()));
            float[] gradient = expected.vectors().toFloatArray();
            assertThat(distance(found.vectors().toFloatArray(), gradient)).isLessThan(1e-6 * norm(gradient));
        }
    }

    @Test
    void stripesRepeatToTheBit() {
        try (InfoNce loss = new InfoNce(0.05, 0.5, Device.cpu(), 1000);
            NDManager scope = Torch.newManager(Device.cpu())) {
            NDArray vectors = scope.randomNormal(new Shape(300, 8));
            NDArray targets = scope.arange(100).toType(DataType.INT64, false);
            NDList labels = new NDList(targets, targets.add(100L));
            InfoNce.Gradient first = loss.gradient(scope, labels, vectors, 1);
            InfoNce.Gradient second = loss.gradient(scope, labels, vectors, 1);

            assertThat(second.value()).isEqualTo(first.value());
            assertThat(second.vectors().toFloatArray()).isEqualTo(first.vectors().toFloatArray());
        }
    }

    private static double distance(float[] a, float[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += Math.pow((double) a[i] - b[i], 2);
        }
        return Math.sqrt(squares);
    }

    private static double norm(float[] a) {
        return distance(a, new float[a.length]);
    }

    private static InfoNce loss(JsonNode golden, int entries) {
        return new InfoNce(golden.get("temperature").doubleValue(), golden.get("hard_negative_weight").doubleValue(),
            Device.cpu(), entries);
    }

    private static NDList labels(NDManager scope, JsonNode golden) {
        int rows = golden.get("z1").size();
        long[] own = new long[rows];
        Arrays.fill(own, -1);
        for (int i = 0; i < golden.get("z3").size(); i++) {
            own[golden.get("negative_rows").get(i).intValue()] = rows + i;
        }
        return new NDList(scope.create(LongStream.range(0, rows).toArray()), scope.create(own));
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
