package oneword.trainer.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import oneword.lora.kernel.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Updates, clipping and moments equal torch's; see src/test/golden/make_numbers.py. */
class AdamWTest {

    static Stream<JsonNode> cases() throws IOException {
        JsonNode root = new ObjectMapper().readTree(Path.of("src/test/resources/golden/adamw.json").toFile());
        return StreamSupport.stream(root.get("cases").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyUpdateEqualsTorch(JsonNode golden) {
        try (NDManager manager = Torch.newManager(Device.cpu())) {
            List<Parameter> parameters = parameters(manager, golden);
            WarmupSchedule schedule = new WarmupSchedule(golden.get("learning_rate").doubleValue(),
                golden.get("warmup_steps").longValue(), golden.get("total_steps").longValue(), true);
            try (AdamW adamW = AdamW.create(parameters, golden.get("weight_decay").doubleValue(), manager)) {
                int k = 0;
                for (JsonNode step : golden.get("steps")) {
                    addGradients(parameters, step.get("gradients"));
                    double norm = adamW.gradientNorm();
                    assertThat(norm).isCloseTo(step.get("norm").doubleValue(), within(1e-6 * (1 + norm)));
                    assertThat(schedule.rate(k)).isCloseTo(step.get("learning_rate").doubleValue(), within(1e-15));
                    adamW.clip(norm, golden.get("max_grad_norm").doubleValue());
                    adamW.update(schedule.rate(k));
                    adamW.zeroGradients();
                    for (int i = 0; i < parameters.size(); i++) {
                        assertClose(parameters.get(i).getArray().toFloatArray(), step.get("parameters").get(i));
                    }
                    k++;
                }
            }
        }
    }

    @Test
    void momentsAndCountSurviveAFile(@TempDir Path folder) throws IOException {
        JsonNode golden = cases().findFirst().orElseThrow();
        Path file = folder.resolve("optimizer.safetensors");
        float[] straight = run(golden, null, 6, golden.get("steps").size());
        run(golden, file, 6, 6);
        try (NDManager manager = Torch.newManager(Device.cpu())) {
            List<Parameter> parameters = parameters(manager, golden);
            try (AdamW adamW = AdamW.create(parameters, 0, manager)) {
                adamW.read(file);
                assertThat(adamW.updates()).isEqualTo(6);
                for (int i = 0; i < parameters.size(); i++) {
                    float[] saved = floats(golden.get("steps").get(5).get("parameters").get(i));
                    try (NDArray source = manager.create(saved, parameters.get(i).getShape())) {
                        source.copyTo(parameters.get(i).getArray());
                    }
                }
                for (int k = 6; k < golden.get("steps").size(); k++) {
                    step(golden, adamW, parameters, k);
                }
                float[] resumed = parameters.get(0).getArray().toFloatArray();
                for (int i = 0; i < straight.length; i++) {
                    assertThat((double) resumed[i]).isCloseTo(straight[i], within(1e-6));
                }
            }
        }
    }

    private static float[] run(JsonNode golden, Path file, int saveAfter, int steps) throws IOException {
        try (NDManager manager = Torch.newManager(Device.cpu())) {
            List<Parameter> parameters = parameters(manager, golden);
            try (AdamW adamW = AdamW.create(parameters, 0, manager)) {
                for (int k = 0; k < steps; k++) {
                    step(golden, adamW, parameters, k);
                    if (k + 1 == saveAfter && file != null) {
                        try (FileChannel out = FileChannel.open(
                            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                            adamW.write(out);
                        }
                    }
                }
                return parameters.get(0).getArray().toFloatArray();
            }
        }
    }

    private static void step(JsonNode golden, AdamW adamW, List<Parameter> parameters, int k) {
        JsonNode step = golden.get("steps").get(k);
        addGradients(parameters, step.get("gradients"));
        adamW.clip(adamW.gradientNorm(), golden.get("max_grad_norm").doubleValue());
        adamW.update(step.get("learning_rate").doubleValue());
        adamW.zeroGradients();
    }

    private static List<Parameter> parameters(NDManager manager, JsonNode golden) {
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < golden.get("parameters").size(); i++) {
            JsonNode shape = golden.get("shapes").get(i);
            long[] sizes = new long[shape.size()];
            for (int j = 0; j < sizes.length; j++) {
                sizes[j] = shape.get(j).longValue();
            }
            float[] values = floats(golden.get("parameters").get(i));
            Parameter parameter = Parameter.builder()
                .setName("p" + i)
                .setType(Parameter.Type.WEIGHT)
                .optShape(new Shape(sizes))
                .optInitializer((owner, s, type) -> owner.create(values, s))
                .build();
            parameter.initialize(manager, DataType.FLOAT32);
            parameters.add(parameter);
        }
        return parameters;
    }

    /** The gradient of the sum of p times g with respect to p is g. */
    private static void addGradients(List<Parameter> parameters, JsonNode gradients) {
        for (int i = 0; i < parameters.size(); i++) {
            NDArray p = parameters.get(i).getArray();
            try (NDManager scope = p.getManager().newSubManager()) {
                NDArray g = scope.create(floats(gradients.get(i)), p.getShape());
                NDArray product = Torch.withGradients(() -> g.mul(p).sum());
                Torch.backward(product, scope.create(1f));
            }
        }
    }

    private static float[] floats(JsonNode list) {
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i).floatValue();
        }
        return values;
    }

    private static void assertClose(float[] actual, JsonNode expected) {
        assertThat(actual).hasSize(expected.size());
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected.get(i).doubleValue(), within(2e-6));
        }
    }
}
