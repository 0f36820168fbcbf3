package oneword.trainer.mteb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import oneword.data.sts.GradedPair;
import oneword.data.sts.StsTask;
import oneword.trainer.evaluation.EvaluationException;
import oneword.trainer.evaluation.SentenceEmbedder;
import oneword.trainer.evaluation.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files; that mteb reads them is shown by bench/mteb_check.py. */
class MtebResultsTest {

    private static final MtebModel MODEL =
        new MtebModel("oneword/tiny", "abc123", Optional.of("facebook/opt-125m"), OptionalInt.empty());
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T00:00:00.5Z"), ZoneOffset.UTC);

    @TempDir
    private Path folder;

    /** A sentence's vector lies at its length in degrees, three times as long. */
    private static final class Angles implements SentenceEmbedder {

        @Override
        public float[][] embed(List<String> sentences) {
            return sentences.stream().map(sentence -> {
                double angle = Math.toRadians(sentence.length());
                return new float[] {(float) (3 * Math.cos(angle)), (float) (3 * Math.sin(angle))};
            }).toArray(float[][]::new);
        }

        @Override
        public String describe() {
            return "angles";
        }
    }

    private static StsTask task(String name) {
        return new StsTask(name, List.of(new GradedPair("a", "aaaaaaaaaaaa", 1.5), new GradedPair("a", "aaa", 4),
            new GradedPair("a", "aaaaaa", 3), new GradedPair("aa", "aa", 5)));
    }

    private JsonNode json(String file) throws IOException {
        return new ObjectMapper().readTree(folder.resolve("results/oneword__tiny/abc123").resolve(file).toFile());
    }

    @Test
    void liesWhereTheResultCacheLooksAndHoldsFractions() throws IOException {
        List<Path> files = new MtebResults(folder, CLOCK)
            .write(MODEL, List.of(new Task.Sts(task("STS16")), new Task.Sts(task("my-own"))), new Angles(),
                OptionalDouble.of(1.5));

        assertThat(files).containsExactly(folder.resolve("results/oneword__tiny/abc123/STS16.json"));
        JsonNode result = json("STS16.json");
        assertThat(result.get("task_name").textValue()).isEqualTo("STS16");
        assertThat(result.get("dataset_revision").textValue()).isEqualTo("4d8694f8f0e0100860b497b999b3dbed754a0513");
        assertThat(result.get("mteb_version").isNull()).isTrue();
        assertThat(result.get("evaluation_time").doubleValue()).isEqualTo(1.5);
        assertThat(result.get("date").doubleValue()).isEqualTo(CLOCK.instant().getEpochSecond() + 0.5);
        JsonNode scores = result.get("scores").get("test").get(0);
        // Gold and angle go in exactly opposite order.
        assertThat(scores.get("main_score").doubleValue()).isEqualTo(1);
        assertThat(scores.get("cosine_spearman").doubleValue()).isEqualTo(1);
        assertThat(scores.get("spearman").doubleValue()).isEqualTo(1);
        assertThat(scores.get("cosine_pearson").doubleValue()).isBetween(0.9, 0.999999);
        assertThat(scores.get("hf_subset").textValue()).isEqualTo("default");
        assertThat(scores.get("languages")).extracting(JsonNode::textValue).containsExactly("eng-Latn");
    }

    @Test
    void theModelIsDescribedBeside() throws IOException {
        new MtebResults(folder, CLOCK).write(MODEL, task("STSBenchmark"), new Angles(), OptionalDouble.empty());

        JsonNode meta = json("model_meta.json");
        assertThat(meta.get("name").textValue()).isEqualTo("oneword/tiny");
        assertThat(meta.get("revision").textValue()).isEqualTo("abc123");
        assertThat(meta.get("embed_dim").intValue()).isEqualTo(2);
        assertThat(meta.get("adapted_from").textValue()).isEqualTo("facebook/opt-125m");
        assertThat(json("STSBenchmark.json").get("evaluation_time").isNull()).isTrue();
    }

    @Test
    void allSevenSetsAreKnownWithTheirDataSets() {
        assertThat(MtebTask.all()).extracting(MtebTask::name).containsExactly(
            "STS12", "STS13", "STS14", "STS15", "STS16", "STSBenchmark", "SICK-R");
        assertThat(MtebTask.all()).allSatisfy(task -> {
            assertThat(task.revision()).matches("[0-9a-f]{40}");
            assertThat(task.dataset()).startsWith("mteb/");
            assertThat(task.split()).isEqualTo("test");
        });
    }

    @Test
    void aCorrelationThatIsNotDefinedIsNoResult() {
        StsTask flat = new StsTask("STS12", List.of(new GradedPair("a", "bb", 2), new GradedPair("ccc", "d", 2)));

        assertThatThrownBy(() -> new MtebResults(folder).write(MODEL, flat, new Angles(), OptionalDouble.empty()))
            .isInstanceOf(EvaluationException.class).hasMessageContaining("STS12").hasMessageContaining("not defined");
        assertThat(folder.resolve("results")).doesNotExist();
    }

    @Test
    void anyNameBecomesOneThatMtebTakes() {
        assertThat(MtebModel.named("facebook/opt-125m", "main").name()).isEqualTo("facebook/opt-125m");
        assertThat(MtebModel.named("/runs/my run/best", "main").name()).isEqualTo("oneword/runs-my-run-best");
        assertThat(MtebModel.named("OPT 125M + ICL", "refs/pr/1"))
            .isEqualTo(new MtebModel("oneword/OPT-125M-ICL", "refs-pr-1", Optional.empty(), OptionalInt.empty()));
        assertThat(MtebModel.named("日本", "..").name()).isEqualTo("oneword/unnamed");
    }

    @Test
    void aFolderThatTakesNoResultIsToldBeforehand() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> new MtebResults(file.resolve("mteb")).check(MODEL))
            .isInstanceOf(EvaluationException.class).hasMessageContaining(file + " is no folder");
        new MtebResults(folder.resolve("yet/to/come")).check(MODEL);
        assertThat(folder.resolve("yet")).doesNotExist();
    }

    @Test
    void theVectorOfAKeptSentenceIsAskedForOnce() {
        int[] asked = new int[1];
        SentenceEmbedder counting = new SentenceEmbedder() {
            @Override
            public float[][] embed(List<String> sentences) {
                asked[0] += sentences.size();
                return new Angles().embed(sentences);
            }

            @Override
            public String describe() {
                return "counting";
            }
        };
        SentenceEmbedder remembering = new RememberingEmbedder(counting, Set.of("a", "bb"));

        float[][] first = remembering.embed(List.of("a", "bb", "a"));
        float[][] second = remembering.embed(List.of("bb", "ccc", "a"));

        assertThat(asked[0]).isEqualTo(3);
        assertThat(remembering.embed(List.of("ccc"))[0]).isEqualTo(second[1]);
        assertThat(asked[0]).as("with one that is not kept").isEqualTo(4);
        assertThat(first[0]).isEqualTo(first[2]).isEqualTo(second[2]);
        assertThat(second[1]).isEqualTo(new Angles().embed(List.of("ccc"))[0]);
    }
}
