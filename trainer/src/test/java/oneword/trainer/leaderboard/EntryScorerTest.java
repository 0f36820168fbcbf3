package oneword.trainer.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import oneword.data.sts.GradedPair;
import oneword.data.sts.StsTask;
import oneword.data.transfer.Example;
import oneword.data.transfer.TransferTask;
import oneword.trainer.evaluation.Progress;
import oneword.trainer.evaluation.Task;
import oneword.trainer.mteb.MtebModel;
import oneword.trainer.mteb.MtebResults;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntryScorerTest {

    private static final MtebModel MODEL =
        new MtebModel("oneword/signs", "r1", Optional.empty(), OptionalInt.empty());
    /** Vectors of Signs rank these pairs as the gold scores do. */
    private static final Task PAIRS = new Task.Sts(new StsTask("STS12", List.of(
        new GradedPair("+a", "+b", 5), new GradedPair("+a", "-b", 0), new GradedPair("-a", "0", 2))));
    private static final Task SENTIMENT =
        new Task.Transfer(new TransferTask("SST2", 2, examples(0, 40), examples(40, 60), examples(60, 90)));

    @TempDir
    private Path folder;
    private int opened;
    private final List<Long> rounds = new ArrayList<>();
    private boolean stop;

    private static List<Example> examples(int from, int to) {
        return IntStream.range(from, to)
            .mapToObj(i -> new Example(List.of((i % 2 == 0 ? "+" : "-") + i), (i + 1) % 2)).toList();
    }

    /** A sentence that begins with + lies at (1, 0), one with - at (-1, 0), any other at (0, 1). */
    private static final class Signs implements EntryEmbedder {

        @Override
        public float[][] embed(List<String> sentences) {
            return sentences.stream().map(sentence -> switch (sentence.charAt(0)) {
                case '+' -> new float[] {1, 0};
                case '-' -> new float[] {-1, 0};
                default -> new float[] {0, 1};
            }).toArray(float[][]::new);
        }

        @Override
        public String describe() {
            return "signs";
        }

        @Override
        public int shortened() {
            return 0;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    private EntryScorer.Scored score(Task... tasks) {
        EntryScorer scorer = new EntryScorer(
            List.of(tasks).stream().map(task -> BoardTask.of(task, List.of())).toList(),
            new ScoreCache(folder.resolve("scores"), line -> { }), Optional.of(new MtebResults(folder.resolve("mteb"))),
            Progress.NONE, (done, total) -> rounds.add(done), () -> stop);
        try (EntryVectors vectors = new EntryVectors(new VectorCache(folder.resolve("vectors"), line -> { }),
            new ObjectMapper().createObjectNode().put("model", "signs"), () -> {
                opened++;
                return new Signs();
            }, () -> stop)) {
            return scorer.score("signs", MODEL, vectors);
        }
    }

    @Test
    void pairsAreScoredByRankAndExamplesByAccuracy() {
        EntryScorer.Scored scored = score(PAIRS, SENTIMENT);

        assertThat(scored.result().of("STS12").orElseThrow().spearman()).isEqualTo(100);
        assertThat(scored.result().ofTransfer("SST2").orElseThrow().accuracy()).isEqualTo(100);
        assertThat(scored.speed().embedded()).isEqualTo(5 + 90);
        assertThat(folder.resolve("mteb/results/oneword__signs/r1/STS12.json")).exists();
        assertThat(folder.resolve("mteb/results/oneword__signs/r1/SST2.json")).doesNotExist();
    }

    @Test
    void theSecondTimeNothingIsEmbeddedAndNothingFitted() {
        EntryScorer.Scored first = score(PAIRS, SENTIMENT);
        assertThat(rounds).isNotEmpty();
        rounds.clear();

        assertThat(score(PAIRS, SENTIMENT)).isEqualTo(first);
        assertThat(opened).isEqualTo(1);
        assertThat(rounds).isEmpty();
    }

    @Test
    void otherClassesOfTheSameSentencesAreAnotherScore() {
        score(SENTIMENT);
        rounds.clear();
        TransferTask same = ((Task.Transfer) SENTIMENT).transfer();
        List<Example> swapped = same.test().stream()
            .map(example -> new Example(example.sentences(), 1 - example.label())).toList();

        EntryScorer.Scored scored =
            score(new Task.Transfer(new TransferTask("SST2", 2, same.train(), same.dev(), swapped)));

        assertThat(scored.result().ofTransfer("SST2").orElseThrow().accuracy()).isZero();
        assertThat(opened).as("the vectors are the same").isEqualTo(1);
    }

    @Test
    void aStopDuringTheFitsKeepsTheVectors() {
        score(PAIRS);
        opened = 0;
        assertThatThrownBy(() -> {
            try (EntryVectors vectors = new EntryVectors(new VectorCache(folder.resolve("vectors"), line -> { }),
                new ObjectMapper().createObjectNode().put("model", "signs"), Signs::new, () -> false)) {
                new EntryScorer(List.of(BoardTask.of(SENTIMENT, List.of())),
                    new ScoreCache(folder.resolve("scores"), line -> { }), Optional.empty(), Progress.NONE,
                    Progress.NONE, () -> true).score("signs", MODEL, vectors);
            }
        }).isInstanceOf(EntryVectors.StoppedException.class);

        score(SENTIMENT);
        assertThat(opened).isZero();
    }
}
