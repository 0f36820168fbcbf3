package oneword.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import oneword.data.sts.GradedPair;
import oneword.data.sts.StsTask;
import org.junit.jupiter.api.Test;

class StsEvaluatorTest {

    /** Directions in the plane: the cosine of two of them is the cosine of the angle between. */
    private static final Map<String, float[]> VECTORS = Map.of(
        "east", new float[] {2, 0},
        "north", new float[] {0, 3},
        "north-east", new float[] {0.5f, 0.5f},
        "west", new float[] {-1, 0},
        "nowhere", new float[] {0, 0},
        "broken", new float[] {1, Float.NaN},
        "overflown", new float[] {Float.POSITIVE_INFINITY, 1});

    private final Recorder embedder = new Recorder();

    @Test
    void ranksCosinesAgainstGoldScores() {
        // Cosines 1, 0.71, 0, −1; gold 5, 3, 4, 1: one swap of neighbours in four, 1 − 6·2/(4·15) = 0.8.
        StsTask task = new StsTask("own", List.of(
            new GradedPair("east", "east", 5),
            new GradedPair("east", "north-east", 3),
            new GradedPair("east", "north", 4),
            new GradedPair("east", "west", 1)));

        EvaluationResult result = evaluate(1024, task);

        assertThat(result.scores()).hasSize(1);
        assertThat(result.scores().get(0).task()).isEqualTo("own");
        assertThat(result.scores().get(0).pairs()).isEqualTo(4);
        assertThat(result.scores().get(0).spearman()).isCloseTo(80, within(1e-12));
    }

    @Test
    void tellsTheCosinesBehindAScore() {
        StsTask task = new StsTask("own", List.of(
            new GradedPair("east", "east", 5), new GradedPair("east", "north", 4), new GradedPair("east", "west", 1)));
        List<String> heard = new ArrayList<>();

        EvaluationResult result = new StsEvaluator(embedder, Progress.NONE).evaluate(List.of(task, compass("a")),
            (scored, cosines, score) -> heard.add(scored.name() + " " + cosines.length + " " + score.spearman()));
        new StsEvaluator(embedder, Progress.NONE).evaluate(List.of(task),
            (scored, cosines, score) -> assertThat(cosines).containsExactly(1, 0, -1));

        assertThat(heard).hasSize(2);
        assertThat(heard.get(0)).isEqualTo("own 3 100.0");
        assertThat(heard.get(1)).startsWith("a ").endsWith(" " + result.scores().get(1).spearman());
    }

    @Test
    void aZeroVectorHasCosineZeroWithEverything() {
        // Cosines 1, 0 and −1: in gold order only if "nowhere" lies between.
        StsTask task = new StsTask("own", List.of(
            new GradedPair("north", "north", 3),
            new GradedPair("nowhere", "north", 2),
            new GradedPair("east", "west", 1)));

        assertThat(evaluate(1024, task).scores().get(0).spearman()).isEqualTo(100);
    }

    @Test
    void embedsEachSentenceOnceOverAllTasks() {
        evaluate(1024, compass("a"), compass("b"));

        assertThat(embedder.calls).containsExactly(List.of("east", "north", "north-east", "west"));
    }

    @Test
    void handsSentencesOverInChunksAndReportsProgress() {
        List<String> progress = new ArrayList<>();
        StsEvaluator evaluator =
            new StsEvaluator(embedder, 3, (done, total) -> progress.add(done + "/" + total));

        EvaluationResult inChunks = evaluator.evaluate(List.of(compass("a")));

        assertThat(embedder.calls).containsExactly(List.of("east", "north", "north-east"), List.of("west"));
        assertThat(progress).containsExactly("0/4", "3/4", "4/4");
        assertThat(inChunks).isEqualTo(evaluate(1024, compass("a")));
    }

    @Test
    void aModelThatGivesOneVectorForAllHasNoScore() {
        SentenceEmbedder constant = embedder(new float[] {0.3f, 0.1f});

        EvaluationResult result = new StsEvaluator(constant, Progress.NONE).evaluate(List.of(compass("a")));

        assertThat(result.scores().get(0).spearman()).isNaN();
        assertThat(result.average()).isNaN();
    }

    @Test
    void namesTheSentenceWhoseVectorIsNotFinite() {
        for (String bad : List.of("broken", "overflown")) {
            StsTask task = new StsTask("own", List.of(new GradedPair("east", bad, 1)));

            assertThatThrownBy(() -> evaluate(1024, task))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContainingAll("\"" + bad + "\"", "1 of 2 numbers", "a compass", "--precision fp32");
        }
    }

    @Test
    void anEmbedderThatBreaksItsContractIsNamed() {
        SentenceEmbedder tooFew = embedder();
        SentenceEmbedder uneven = embedder(new float[2], new float[3], new float[2], new float[2]);

        assertThatThrownBy(() -> new StsEvaluator(tooFew, Progress.NONE).evaluate(List.of(compass("a"))))
            .isInstanceOf(IllegalStateException.class).hasMessage("fixed rows gave 0 vectors for 4 sentences");
        assertThatThrownBy(() -> new StsEvaluator(uneven, Progress.NONE).evaluate(List.of(compass("a"))))
            .isInstanceOf(IllegalStateException.class).hasMessage("fixed rows gave vectors of 2 and of 3 numbers");
    }

    @Test
    void refusesTwoTasksOfOneName() {
        assertThatThrownBy(() -> evaluate(1024, compass("a"), compass("a")))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a");
    }

    @Test
    void theAverageIsThatOfTheSevenWhereAllAreThere() {
        List<TaskScore> scores = new ArrayList<>();
        scores.add(new TaskScore("own.tsv", 10, 1000));
        // Published for OPT-125M without fine-tuning, average 67.46.
        double[] published = {62.22, 73.10, 61.84, 71.09, 72.08, 67.80, 64.10};
        for (int i = 0; i < published.length; i++) {
            scores.add(new TaskScore(TaskList.STS.get(i), 2, published[i]));
        }

        assertThat(new EvaluationResult(scores).average()).isCloseTo(67.46, within(0.005));
        assertThat(new EvaluationResult(scores).hasAllSts()).isTrue();
        EvaluationResult incomplete = new EvaluationResult(scores.subList(0, 2));
        assertThat(incomplete.average()).isCloseTo(531.11, within(1e-9));
        assertThat(incomplete.hasAllSts()).isFalse();
        assertThat(new EvaluationResult(List.of()).average()).isNaN();
    }

    private EvaluationResult evaluate(int chunk, StsTask... tasks) {
        return new StsEvaluator(embedder, chunk, Progress.NONE).evaluate(List.of(tasks));
    }

    private static StsTask compass(String name) {
        return new StsTask(name, List.of(
            new GradedPair("east", "north", 2),
            new GradedPair("north-east", "east", 4),
            new GradedPair("east", "west", 1)));
    }

    /** Gives these rows, the only one for every sentence. */
    private static SentenceEmbedder embedder(float[]... rows) {
        return new SentenceEmbedder() {
            @Override
            public float[][] embed(List<String> sentences) {
                return rows.length == 1 ? sentences.stream().map(s -> rows[0]).toArray(float[][]::new) : rows;
            }

            @Override
            public String describe() {
                return "fixed rows";
            }
        };
    }

    private static final class Recorder implements SentenceEmbedder {

        private final List<List<String>> calls = new ArrayList<>();

        @Override
        public float[][] embed(List<String> sentences) {
            calls.add(List.copyOf(sentences));
            return sentences.stream().map(VECTORS::get).toArray(float[][]::new);
        }

        @Override
        public String describe() {
            return "a compass";
        }
    }
}
