package oneword.trainer.demonstration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import oneword.data.sts.StsProtocol;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.TaskScore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RankingTest {

    private static final Ranking RANKING = new Ranking(StsProtocol.SENTEVAL, List.of(
        score(null, null, 50, 60), score("worse", "W", 40, 60), score("a \"quoted\" | one", "Q", Double.NaN, 60),
        score("better, by far", "B", 70, 80), score("as bad", "A", 40, 60)));

    @TempDir
    private Path folder;

    @Test
    void theBestComesFirstEqualsKeepTheirOrderAndWhatIsNotDefinedComesLast() {
        assertThat(RANKING.candidates()).extracting(score -> score.demonstration().orElseThrow().word())
            .containsExactly("B", "W", "A", "Q");
    }

    @Test
    void theTerminalShowsTheBaselineAboveTheBest() {
        assertThat(RANKING.plain(1).lines().skip(1)).containsExactly(
            "sentence            word  rank  first  second   Avg.    gain",
            "------------------------------------------------------------",
            "(no demonstration)           -  50.00   60.00  55.00       -",
            "better, by far      B        1  70.00   80.00  75.00  +20.00");
    }

    @Test
    void csvMarkdownAndJsonHoldAllCandidates() throws IOException {
        RANKING.write(folder.resolve("new/ranking.csv"), Map.of());
        assertThat(folder.resolve("new/ranking.csv")).hasContent("""
            rank,sentence,word,score,gain,first,second
            0,,,55.0000,0.0000,50.0000,60.0000
            1,"better, by far",B,75.0000,20.0000,70.0000,80.0000
            2,worse,W,50.0000,-5.0000,40.0000,60.0000
            3,as bad,A,50.0000,-5.0000,40.0000,60.0000
            4,"a ""quoted"" | one",Q,nan,nan,nan,60.0000
            """);

        RANKING.write(folder.resolve("ranking.md"), Map.of("model", "opt-mini"));
        assertThat(Files.readString(folder.resolve("ranking.md"))).contains("- model: `opt-mini`",
            "| better, by far | B | 1 | 70.00 | 80.00 | 75.00 | +20.00 |", "a \"quoted\" \\| one");

        RANKING.write(folder.resolve("ranking.json"), Map.of("model", "opt-mini"));
        JsonNode json = new ObjectMapper().readTree(folder.resolve("ranking.json").toFile());
        assertThat(json.get("model").asText()).isEqualTo("opt-mini");
        assertThat(json.get("baseline").get("score").doubleValue()).isEqualTo(55);
        assertThat(json.get("ranking")).hasSize(4);
        assertThat(json.get("ranking").get(0).toString()).isEqualTo("{\"rank\":1,\"sentence\":\"better, by far\","
            + "\"word\":\"B\",\"score\":75.0,\"tasks\":{\"first\":70.0,\"second\":80.0},\"gain\":20.0}");
        assertThat(json.get("ranking").get(3).get("score").isNull()).isTrue();
    }

    @Test
    void anotherEndingIsRefused() {
        assertThatThrownBy(() -> RANKING.write(folder.resolve("ranking.txt"), Map.of()))
            .isInstanceOf(EvaluationException.class).hasMessageContainingAll("ranking.txt", ".md", ".csv", ".json");
    }

    private static CandidateScore score(String sentence, String word, double first, double second) {
        return new CandidateScore(Optional.ofNullable(sentence).map(text -> new Demonstration(text, word)),
            new EvaluationResult(List.of(new TaskScore("first", 3, first), new TaskScore("second", 3, second))));
    }
}
