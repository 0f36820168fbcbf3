package oneword.trainer.mteb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import oneword.data.sts.GradedPair;
import org.junit.jupiter.api.Test;

class PairCorrelationsTest {

    @Test
    void agreesWithMteb() throws IOException {
        JsonNode golden;
        try (InputStream in = PairCorrelationsTest.class.getResourceAsStream("/golden/pair_correlations.json")) {
            golden = new ObjectMapper().readTree(in);
        }
        Map<String, float[]> vectors = new HashMap<>();
        List<GradedPair> pairs = new ArrayList<>();
        for (int i = 0; i < golden.required("gold").size(); i++) {
            vectors.put("a" + i, vector(golden.required("first").get(i)));
            vectors.put("b" + i, vector(golden.required("second").get(i)));
            pairs.add(new GradedPair("a" + i, "b" + i, golden.required("gold").get(i).doubleValue()));
        }

        PairCorrelations found = PairCorrelations.of(pairs, vectors::get);

        JsonNode scores = golden.required("scores");
        assertThat(found.cosinePearson()).isCloseTo(scores.get("cosine_pearson").doubleValue(), within(1e-12));
        assertThat(found.cosineSpearman()).isCloseTo(scores.get("cosine_spearman").doubleValue(), within(1e-12));
        assertThat(found.manhattanPearson()).isCloseTo(scores.get("manhattan_pearson").doubleValue(), within(1e-12));
        assertThat(found.manhattanSpearman()).isCloseTo(scores.get("manhattan_spearman").doubleValue(), within(1e-12));
        assertThat(found.euclideanPearson()).isCloseTo(scores.get("euclidean_pearson").doubleValue(), within(1e-12));
        assertThat(found.euclideanSpearman()).isCloseTo(scores.get("euclidean_spearman").doubleValue(), within(1e-12));
        assertThat(found.isDefined()).isTrue();
    }

    @Test
    void equalGoldScoresCorrelateWithNothing() {
        Map<String, float[]> vectors = Map.of("a", new float[] {1, 0}, "b", new float[] {0, 1}, "zero", new float[2]);
        List<GradedPair> pairs =
            List.of(new GradedPair("a", "b", 3), new GradedPair("a", "a", 3), new GradedPair("a", "zero", 3));

        assertThat(PairCorrelations.of(pairs, vectors::get).isDefined()).isFalse();
    }

    private static float[] vector(JsonNode numbers) {
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) numbers.get(i).doubleValue();
        }
        return vector;
    }
}
