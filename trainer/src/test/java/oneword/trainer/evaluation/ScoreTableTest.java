package oneword.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import oneword.data.sts.StsProtocol;
import org.junit.jupiter.api.Test;

/** The numbers are the paper's: OPT-1.3B with a demonstration, and fine-tuned. */
class ScoreTableTest {

    private static final EvaluationResult BEFORE = sts(72.78, 83.77, 73.61, 83.42, 80.60, 78.80, 69.69);
    private static final EvaluationResult AFTER = sts(79.01, 89.26, 84.10, 88.30, 84.62, 87.71, 80.52);

    @Test
    void printsTheSevenSetsAndTheirAverageAsPapersDo() {
        String table = new ScoreTable().row("untrained", BEFORE).row("trained (step 300)", AFTER).gain("gain").plain();

        assertThat(table).isEqualTo("""
            SentEval files, Spearman x 100, "all" setting
            model               STS12  STS13   STS14  STS15  STS16  STS-B  SICK-R   Avg.
            ----------------------------------------------------------------------------
            untrained           72.78  83.77   73.61  83.42  80.60  78.80   69.69  77.52
            trained (step 300)  79.01  89.26   84.10  88.30  84.62  87.71   80.52  84.79
            gain                +6.23  +5.49  +10.49  +4.88  +4.02  +8.91  +10.83  +7.26
            """);
    }

    @Test
    void printsMarkdown() {
        String table = new ScoreTable().row("a|b", BEFORE).markdown();

        assertThat(table).isEqualTo("""
            SentEval files, Spearman x 100, "all" setting

            | model | STS12 | STS13 | STS14 | STS15 | STS16 | STS-B | SICK-R | Avg. |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            | a\\|b | 72.78 | 83.77 | 73.61 | 83.42 | 80.60 | 78.80 | 69.69 | 77.52 |
            """);
    }

    @Test
    void otherTasksStandRightOfTheAverageAndDoNotCount() {
        List<TaskScore> scores = new ArrayList<>();
        scores.add(new TaskScore(TaskList.DEV, 1500, 66.34));
        scores.addAll(BEFORE.scores());
        scores.add(new TaskScore("pairs.tsv", 9, Double.NaN));

        assertThat(new ScoreTable().row("m", new EvaluationResult(scores)).plain()).isEqualTo("""
            SentEval files, Spearman x 100, "all" setting
            model  STS12  STS13  STS14  STS15  STS16  STS-B  SICK-R   Avg.  STS-B dev  pairs.tsv
            ------------------------------------------------------------------------------------
            m      72.78  83.77  73.61  83.42  80.60  78.80   69.69  77.52      66.34        nan
            """);
    }

    @Test
    void anAverageOverFewerTasksStandsAtTheEndAndIsSaidToBeOne() {
        EvaluationResult few = new EvaluationResult(
            List.of(new TaskScore("pairs.tsv", 9, 50), new TaskScore("STS16", 1186, 70)));

        assertThat(new ScoreTable().row("m", few).plain()).isEqualTo("""
            SentEval files, Spearman x 100, "all" setting; Avg. of a row that lacks one of the seven STS sets is over \
            what it has
            model  STS16  pairs.tsv   Avg.
            ------------------------------
            m      70.00      50.00  60.00
            """);
    }

    @Test
    void oneTaskHasNoAverageAndAMissingScoreIsADash() {
        EvaluationResult dev = new EvaluationResult(List.of(new TaskScore(TaskList.DEV, 1500, 66.34)));
        EvaluationResult own = new EvaluationResult(List.of(new TaskScore("pairs.tsv", 9, 50)));

        assertThat(new ScoreTable().row("m", dev).plain().lines().toList())
            .containsExactly(
                StsProtocol.SENTEVAL.description(), "model  STS-B dev", "----------------", "m          66.34");
        assertThat(new ScoreTable().row("a", dev).row("b", own).gain("gain").plain().lines().skip(3).toList())
            .containsExactly(
                "a          66.34          -  66.34", "b              -      50.00  50.00",
                "gain           -          -      -");
    }

    @Test
    void theProtocolIsNamed() {
        assertThat(new ScoreTable(StsProtocol.MTEB).row("m", BEFORE).plain())
            .startsWith("MTEB form (raw text, SICK-R of 9,927 pairs), Spearman x 100, \"all\" setting\nmodel");
    }

    @Test
    void transferTasksStandInATableOfTheirOwn() {
        EvaluationResult before = new EvaluationResult(BEFORE.scores(), List.of(
            new TransferScore("TREC", 500, 80, 81.5, Double.NaN),
            new TransferScore("MR", 10662, 70.5, 71, Double.NaN)));
        EvaluationResult after = new EvaluationResult(List.of(), List.of(
            new TransferScore("MR", 10662, 75.25, 76, Double.NaN),
            new TransferScore("TREC", 500, 82, 81.5, Double.NaN)));

        assertThat(new ScoreTable().row("a", before).row("b", after).gain("gain").plain()).endsWith("""
            b          -      -      -      -      -      -       -      -
            gain       -      -      -      -      -      -       -      -

            SentEval transfer tasks, accuracy x 100, logistic regression; Avg. over the tasks a row has
            model     MR   TREC   Avg.
            --------------------------
            a      70.50  80.00  75.25
            b      75.25  82.00  78.63
            gain   +4.75  +2.00  +3.38
            """);
        assertThat(new ScoreTable().row("b", after).markdown())
            .startsWith("SentEval transfer tasks, accuracy").contains("| b | 75.25 | 82.00 |")
            .doesNotContain("Spearman");
    }

    @Test
    void longWideAndUnprintableNamesKeepTheColumnsStraight() {
        EvaluationResult dev = new EvaluationResult(List.of(new TaskScore(TaskList.DEV, 1500, 66.34)));

        List<String> lines = new ScoreTable().row("x".repeat(60), dev).row("模型\tone", dev).plain().lines().toList();

        assertThat(lines.get(3)).isEqualTo("x".repeat(45) + "...      66.34");
        // The two ideographs take two columns each.
        assertThat(lines.get(4)).isEqualTo("模型 one" + " ".repeat(48 - 8) + "      66.34");
    }

    @Test
    void aGainNeedsTwoModels() {
        assertThatThrownBy(() -> new ScoreTable().row("m", BEFORE).gain("gain"))
            .isInstanceOf(IllegalStateException.class).hasMessageContaining("two rows");
    }

    private static EvaluationResult sts(double... spearman) {
        List<TaskScore> scores = new ArrayList<>();
        for (int i = 0; i < spearman.length; i++) {
            scores.add(new TaskScore(TaskList.STS.get(i), 1000, spearman[i]));
        }
        return new EvaluationResult(scores);
    }
}
