package oneword.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import oneword.data.sts.GradedPair;
import oneword.data.sts.StsTask;
import oneword.data.transfer.Example;
import oneword.data.transfer.TransferTask;
import oneword.trainer.classifier.TransferProtocol;
import org.junit.jupiter.api.Test;

class EvaluatorTest {

    private final Lengths lengths = new Lengths();

    /** A vector says how long a sentence is and whether it ends in "s". */
    private static final class Lengths implements SentenceEmbedder {

        private final List<List<String>> calls = new ArrayList<>();

        @Override
        public float[][] embed(List<String> sentences) {
            calls.add(List.copyOf(sentences));
            return sentences.stream().map(s -> new float[] {s.length(), s.endsWith("s") ? 90 : -90, 1})
                .toArray(float[][]::new);
        }

        @Override
        public String describe() {
            return "lengths";
        }
    }

    private static Task plurals(int n) {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            examples.add(new Example(List.of("word" + i + (i % 2 == 1 ? "s" : "")), i % 2));
        }
        return new Task.Transfer(new TransferTask("plurals", 2, examples, List.of(), List.of()));
    }

    private static Task pairs() {
        return new Task.Sts(new StsTask("pairs", List.of(
            new GradedPair("word1s", "word3s", 5), new GradedPair("word1s", "word2", 1))));
    }

    private static Task paraphrases() {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            examples.add(new Example(List.of("word1s", i % 2 == 1 ? "word3s" : "word2"), i % 2));
        }
        return new Task.Transfer(new TransferTask("paraphrases", 2, examples, List.of(), examples));
    }

    private Evaluation evaluate(long vectorBytes, Task... tasks) {
        return new Evaluator(lengths, Progress.NONE, Progress.NONE, 2, vectorBytes).evaluate(List.of(tasks));
    }

    @Test
    void scoresTasksOfBothKindsAndEmbedsEachSentenceOnce() {
        Evaluation evaluation = evaluate(1 << 20, plurals(100), pairs(), paraphrases());

        assertThat(evaluation.result().scores()).containsExactly(new TaskScore("pairs", 2, 100));
        assertThat(evaluation.result().transfer()).extracting(TransferScore::task, TransferScore::examples)
            .containsExactly(tuple("plurals", 100),
                tuple("paraphrases", 40));
        TransferScore plurals = evaluation.result().transfer().get(0);
        assertThat(plurals.accuracy()).isGreaterThan(95);
        assertThat(plurals.f1()).isNaN();
        assertThat(evaluation.result().transfer().get(1).f1()).isBetween(0.0, 100.0);
        assertThat(evaluation.sentences()).isEqualTo(100);
        assertThat(lengths.calls.stream().mapToInt(List::size).sum()).isEqualTo(1 + 100);
    }

    @Test
    void whereVectorsTakeTooMuchMemoryTasksAreTakenInGroupsWithTheSameScores() {
        Evaluation together = evaluate(1 << 20, plurals(60), pairs(), paraphrases());

        Evaluation apart = evaluate(10, plurals(60), pairs(), paraphrases());

        assertThat(apart.result()).isEqualTo(together.result());
        assertThat(apart.sentences()).isEqualTo(60 + 3 + 3);
    }

    @Test
    void bothPhasesAreReported() {
        List<String> embedded = new ArrayList<>();
        List<String> fitted = new ArrayList<>();

        new Evaluator(lengths, (done, total) -> embedded.add(done + "/" + total),
            (done, total) -> fitted.add(done + "/" + total)).evaluate(List.of(paraphrases(), pairs(), plurals(40)));

        int rounds = TransferProtocol.crossValidatedRounds() + TransferProtocol.nestedRounds();
        assertThat(embedded).containsExactly("0/40", "40/40");
        assertThat(fitted).startsWith("0/" + rounds, "1/" + rounds).endsWith(rounds + "/" + rounds);
    }

    @Test
    void aTransferTaskThatIsTooSmallIsNamed() {
        assertThatThrownBy(() -> evaluate(1 << 20, plurals(16))).isInstanceOf(EvaluationException.class)
            .hasMessageContainingAll("task plurals", "at least 30 examples", "there are 16", "at most 8 of a class");
    }

    @Test
    void refusesTwoTasksOfOneName() {
        assertThatThrownBy(() -> evaluate(1 << 20, pairs(), pairs()))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("pairs");
    }
}
