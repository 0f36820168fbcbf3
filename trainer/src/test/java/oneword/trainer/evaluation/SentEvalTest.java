package oneword.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import oneword.data.sts.StsProtocol;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole way from SentEval's files to scores, against another program that reads and scores the same files. */
class SentEvalTest {

    @ParameterizedTest
    @CsvSource({"SENTEVAL, senteval, letter_scores.json", "MTEB, sts-raw, letter_scores_raw.json"})
    void scoresAModelThatCountsLettersAsScipyDoes(StsProtocol protocol, String folder, String scores)
            throws IOException {
        Path sentEval = Path.of(System.getProperty("oneword.root")).resolve("../shared/data");
        Assumptions.assumeTrue(Files.isDirectory(sentEval), "no SentEval data at " + sentEval);

        List<Task> tasks =
            TaskList.parse("sts,dev").read(Optional.of(sentEval.resolve(folder)), protocol, Path::of);
        EvaluationResult result = new Evaluator(new Letters(), Progress.NONE, Progress.NONE).evaluate(tasks).result();

        try (InputStream golden = SentEvalTest.class.getResourceAsStream("/golden/" + scores)) {
            JsonNode expected = new ObjectMapper().readTree(golden);
            assertThat(result.scores()).hasSize(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                TaskScore score = result.scores().get(i);
                assertThat(score.task()).isEqualTo(expected.get(i).required("task").asText());
                assertThat(score.pairs()).isEqualTo(expected.get(i).required("pairs").asInt());
                assertThat(score.spearman()).as(score.task())
                    .isCloseTo(expected.get(i).required("spearman").asDouble(), within(1e-9));
            }
        }
    }

    private static final class Letters implements SentenceEmbedder {

        @Override
        public float[][] embed(List<String> sentences) {
            return sentences.stream().map(Letters::count).toArray(float[][]::new);
        }

        private static float[] count(String sentence) {
            float[] counts = new float[26];
            sentence.chars().filter(c -> c >= 'a' && c <= 'z').forEach(c -> counts[c - 'a']++);
            return counts;
        }

        @Override
        public String describe() {
            return "letter counts";
        }
    }
}
