package oneword.trainer.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The protocols as a whole, against torch and scikit-learn on small noisy problems (src/test/golden/classifier.py). */
class TransferProtocolTest {

    private final List<Long> rounds = new ArrayList<>();
    private final TransferProtocol protocol = new TransferProtocol(2, rounds::add);

    private static JsonNode golden(String name) throws IOException {
        try (InputStream in = TransferProtocolTest.class.getResourceAsStream("/golden/classifier.json")) {
            return new ObjectMapper().readTree(in).get("protocols").get(name);
        }
    }

    private static List<LabelledVectors> parts(JsonNode golden) {
        List<LabelledVectors> parts = new ArrayList<>();
        golden.get("parts").forEach(part -> parts.add(ClassifierTest.data(part)));
        return parts;
    }

    private static void check(Outcome outcome, JsonNode golden) {
        assertThat(outcome.accuracy()).isCloseTo(golden.at("/outcome/accuracy").doubleValue(), within(1e-9));
        assertThat(outcome.devAccuracy()).isCloseTo(golden.at("/outcome/dev_accuracy").doubleValue(), within(1e-9));
        if (golden.at("/outcome/f1").isNumber()) {
            assertThat(outcome.f1()).isCloseTo(golden.at("/outcome/f1").doubleValue(), within(1e-9));
        }
    }

    @Test
    void nestedCrossValidationIsSentEvalsOnAnyNumberOfThreads() throws Exception {
        JsonNode golden = golden("nested");
        LabelledVectors data = parts(golden).get(0);

        Outcome outcome = protocol.nested(data);

        check(outcome, golden);
        assertThat(outcome.f1()).isNaN();
        assertThat(new TransferProtocol(1, done -> { }).nested(data)).isEqualTo(outcome);
        assertThat(rounds).hasSize(TransferProtocol.nestedRounds()).isSorted()
            .endsWith((long) TransferProtocol.nestedRounds());
    }

    @Test
    void crossValidationAndATestPartAreSentEvals() throws Exception {
        JsonNode golden = golden("cross_validated");
        List<LabelledVectors> parts = parts(golden);

        check(protocol.crossValidated(parts.get(0), parts.get(1)), golden);

        assertThat(rounds).hasSize(TransferProtocol.crossValidatedRounds());
    }

    @Test
    void aDevPartIsUsedAsSentEvalDoes() throws Exception {
        JsonNode golden = golden("split");
        List<LabelledVectors> parts = parts(golden);

        check(protocol.split(parts.get(0), parts.get(1), parts.get(2)), golden);
    }

    @Test
    void classesThatALineSetsApartAreFound() throws Exception {
        Random random = new Random(4);
        float[][] vectors = new float[200][3];
        int[] labels = new int[200];
        for (int i = 0; i < 200; i++) {
            labels[i] = i % 2;
            vectors[i] = new float[] {80 * labels[i] - 40 + random.nextFloat(), random.nextFloat(), 1};
        }

        Outcome outcome = protocol.nested(new LabelledVectors(vectors, labels, 2));

        // Nine rows are held out of each fit: a few beyond the line they find may be missed.
        assertThat(outcome.devAccuracy()).isEqualTo(100);
        assertThat(outcome.accuracy()).isGreaterThan(95);
    }

    @Test
    void aListenerCanEndTheWork() {
        TransferProtocol ending = new TransferProtocol(2, done -> {
            throw new IllegalStateException("enough");
        });

        assertThatThrownBy(() -> ending.nested(parts(golden("nested")).get(0)))
            .isInstanceOf(IllegalStateException.class).hasMessage("enough");
        assertThat(Thread.getAllStackTraces().keySet()).noneMatch(thread ->
            thread.getName().equals("oneword-classifier") && thread.isAlive());
    }
}
