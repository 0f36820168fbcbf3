package oneword.trainer.demonstration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.TaskScore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreLogTest {

    private static final Map<String, String> SETTINGS = Map.of("model", "opt-mini");
    private static final Optional<Demonstration> SMOKING = Optional.of(new Demonstration("Smoke \u00e9.", "Smoking"));
    private static final CandidateScore BASELINE = score(Optional.empty(), 12.25);
    private static final CandidateScore BETTER = score(SMOKING, Double.NaN);

    @TempDir
    private Path folder;
    private Path file;
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("new/scores.jsonl");
    }

    @Test
    void whatWasScoredIsThereAfterwards() throws IOException {
        write();
        Files.writeString(file, "{\"sentence\": \"torn \u00e9", StandardOpenOption.APPEND);

        try (ScoreLog log = open(true)) {
            assertThat(log.of(Optional.empty())).contains(BASELINE);
            assertThat(log.of(SMOKING)).contains(BETTER);
            assertThat(log.of(Optional.of(new Demonstration("another", "word")))).isEmpty();
            log.add(score(Optional.of(new Demonstration("another", "word")), 3));
        }

        assertThat(told).singleElement().asString().contains("2 candidates");
        assertThat(Files.readAllLines(file)).hasSize(4).last().asString().contains("another").endsWith("}");
    }

    @Test
    void withoutResumeTheyAreDroppedAndThatIsTold() {
        write();
        try (ScoreLog log = open(false)) {
            assertThat(log.of(Optional.empty())).isEmpty();
        }
        assertThat(told).singleElement().asString().contains("2 scores", "--resume", "dropped");
    }

    @Test
    void scoresOfAnotherModelAreRefusedByNameAndKept() {
        write();
        assertThatThrownBy(() -> ScoreLog.open(file, Map.of("model", "opt-125m"), true, told::add))
            .isInstanceOf(EvaluationException.class)
            .hasMessageContainingAll("scores.jsonl", "model: was opt-mini, is opt-125m");
        try (ScoreLog log = open(true)) {
            assertThat(log.of(SMOKING)).isPresent();
        }
    }

    @Test
    void aDamagedLineIsNamed() throws IOException {
        write();
        Files.writeString(file, "{\"sentence\": \"no word\"}\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> open(true)).isInstanceOf(EvaluationException.class)
            .hasMessageContainingAll("scores.jsonl, line 4", "no word");
    }

    @Test
    void twoWritersAtOnceAreKeptApart() {
        try (ScoreLog log = open(false)) {
            log.add(BASELINE);
            assertThatThrownBy(() -> open(false)).isInstanceOf(EvaluationException.class)
                .hasMessageContaining("another process");
        }
    }

    private void write() {
        try (ScoreLog log = ScoreLog.open(file, SETTINGS, false, text -> { })) {
            log.add(BASELINE);
            log.add(BETTER);
        }
    }

    private ScoreLog open(boolean resume) {
        return ScoreLog.open(file, SETTINGS, resume, told::add);
    }

    private static CandidateScore score(Optional<Demonstration> demonstration, double spearman) {
        return new CandidateScore(demonstration,
            new EvaluationResult(List.of(new TaskScore("own", 3, spearman))));
    }
}
