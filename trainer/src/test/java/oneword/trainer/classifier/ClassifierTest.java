package oneword.trainer.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of the classifier against numpy, torch and scikit-learn (src/test/golden/classifier.py). */
class ClassifierTest {

    private static final JsonNode GOLDEN = golden();

    private static JsonNode golden() {
        try (InputStream in = ClassifierTest.class.getResourceAsStream("/golden/classifier.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static LabelledVectors data(JsonNode node) {
        return new LabelledVectors(floats(node.get("vectors")), ints(node.get("labels")),
            node.get("classes").intValue());
    }

    private static float[][] floats(JsonNode rows) {
        return new ObjectMapper().convertValue(rows, float[][].class);
    }

    private static int[] ints(JsonNode array) {
        return new ObjectMapper().convertValue(array, int[].class);
    }

    private static void assertClose(float[][] found, JsonNode expected, double relative, double absolute) {
        float[][] rows = floats(expected);
        assertThat(found.length).isEqualTo(rows.length);
        for (int k = 0; k < rows.length; k++) {
            assertThat(found[k].length).isEqualTo(rows[k].length);
            for (int j = 0; j < rows[k].length; j++) {
                assertThat((double) found[k][j]).as("row %s, column %s", k, j)
                    .isCloseTo(rows[k][j], within(absolute + relative * Math.abs(rows[k][j])));
            }
        }
    }

    @Test
    void permutationsAreNumpys() {
        SeededRandom random = new SeededRandom(1111);
        for (JsonNode permutation : GOLDEN.at("/random/permutations")) {
            assertThat(random.permutation(permutation.size())).containsExactly(ints(permutation));
        }
    }

    @Test
    void initialWeightsAreTorchs() {
        LinearClassifier layer = LinearClassifier.initial(3, 5, new SeededRandom(1111));

        assertClose(layer.weights(), GOLDEN.at("/random/layer"), 1e-6, 1e-8);
    }

    @Test
    void foldsAreScikitLearns() {
        for (JsonNode example : GOLDEN.get("folds")) {
            int folds = example.get("folds").intValue();

            assertThat(StratifiedFolds.assign(ints(example.get("labels")), folds, 1111))
                .containsExactly(ints(example.get("assigned")));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 10})
    void everyFoldHasItsShareOfEveryClass(int folds) {
        Random random = new Random(folds);
        int[] labels = IntStream.range(0, 203).map(i -> random.nextInt(4) * random.nextInt(2)).toArray();

        int[] assigned = StratifiedFolds.assign(labels, folds, 5);

        assertThat(StratifiedFolds.assign(labels, folds, 5)).containsExactly(assigned);
        assertThat(StratifiedFolds.assign(labels, folds, 6)).isNotEqualTo(assigned);
        for (int label = 0; label < 4; label++) {
            int k = label;
            double share = (double) IntStream.of(labels).filter(l -> l == k).count() / folds;
            for (int fold = 0; fold < folds; fold++) {
                int f = fold;
                long found = IntStream.range(0, labels.length)
                    .filter(i -> labels[i] == k && assigned[i] == f).count();
                assertThat((double) found).as("class %s in fold %s", k, f).isCloseTo(share, within(1.0));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void gradientsAndStepsAreThoseOfTorchsAdam(int index) {
        JsonNode example = GOLDEN.get("steps").get(index);
        LabelledVectors data = data(example.get("data"));
        LinearClassifier initial = LinearClassifier.initial(data.classes(), 6, new SeededRandom(1111));
        AdamSteps.Member member = new AdamSteps.Member(example.get("penalty").doubleValue(), initial, 64);
        // Others beside it must not touch it.
        List<AdamSteps.Member> members = List.of(new AdamSteps.Member(0.5, initial, 64), member,
            new AdamSteps.Member(0, initial, 64));
        AdamSteps adam = new AdamSteps(data.classes(), 6);

        adam.step(members, data.vectors(), data.labels(), data.rows(), 0, 11);
        assertClose(member.gradients(), example.get("gradients"), 1e-5, 1e-6);
        assertClose(member.classifier().weights(), example.get("after_one"), 1e-6, 1e-7);
        for (int step = 1; step < 50; step++) {
            int from = step % 3 * 11;
            adam.step(members, data.vectors(), data.labels(), data.rows(), from, from + 11);
        }
        assertClose(member.classifier().weights(), example.get("after_fifty"), 1e-5, 1e-6);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aFitStopsWhereTorchsDoesAndKeepsTheSameWeights(int index) {
        JsonNode example = GOLDEN.get("fits").get(index);
        LabelledVectors data = data(example.get("data"));
        int[] train = IntStream.range(0, 300).toArray();
        int[] dev = IntStream.range(300, 400).toArray();

        List<LogisticRegression.Fit> fits = LogisticRegression.fit(data, train, dev, 1e-5, 1e-4, 1e-3, 1e-2);

        for (int p = 0; p < 4; p++) {
            JsonNode expected = example.get("fits").get(p);
            assertThat(fits.get(p).accuracy()).isEqualTo(expected.get("accuracy").doubleValue());
            assertClose(fits.get(p).classifier().weights(), expected.get("weights"), 1e-4, 1e-5);
        }
        LogisticRegression.Fit heldOut = LogisticRegression.fit(data, data.rows(), 1e-3);
        assertThat(heldOut.accuracy()).isEqualTo(example.at("/held_out/accuracy").doubleValue());
        assertClose(heldOut.classifier().weights(), example.at("/held_out/weights"), 1e-4, 1e-5);
    }

    @Test
    void fourPenaltiesSideBySideAreAsEachAlone() {
        LabelledVectors data = data(GOLDEN.at("/fits/1/data"));
        int[] train = IntStream.range(0, 333).toArray();
        int[] dev = IntStream.range(333, 400).toArray();

        List<LogisticRegression.Fit> together = LogisticRegression.fit(data, train, dev, 1e-5, 0.3);

        LogisticRegression.Fit alone = LogisticRegression.fit(data, train, dev, 0.3).get(0);
        assertThat(together.get(1).accuracy()).isEqualTo(alone.accuracy());
        assertThat(together.get(1).classifier().weights())
            .isDeepEqualTo(alone.classifier().weights());
        assertThat(together.get(0).classifier().weights()[0]).isNotEqualTo(alone.classifier().weights()[0]);
    }
}
