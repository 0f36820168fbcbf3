package oneword.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import oneword.data.sts.GradedPair;
import oneword.data.sts.StsTask;
import oneword.trainer.checkpoint.RunFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunJournalTest {

    @TempDir
    private Path root;

    @Test
    void sessionsFollowEachOtherAndCosinesStay() throws IOException {
        try (RunFolder folder = RunFolder.create(root, "run")) {
            RunJournal first = new RunJournal(folder);
            first.begin(facts(task("own", 3)), 0);
            first.scored(RunJournal.Side.BEFORE, 0, task("own", 3), new double[] {0.5, 0.25, Double.NaN}, 12.5);
            first.end(RunJournal.Outcome.STOPPED, 4, Optional.empty(), OptionalLong.empty());
            RunJournal second = new RunJournal(folder);
            second.begin(facts(task("own", 3)), 4);
            second.end(RunJournal.Outcome.FINISHED, 9, Optional.empty(), OptionalLong.of(123));

            JsonNode file = read(folder);
            assertThat(file.at("/sessions/0/outcome").asText()).isEqualTo("stopped");
            assertThat(file.at("/sessions/0").has("peak_memory_bytes")).isFalse();
            assertThat(file.at("/sessions/1/from_step").asInt()).isEqualTo(4);
            assertThat(file.at("/sessions/1/peak_memory_bytes").asInt()).isEqualTo(123);
            assertThat(file.at("/pairs/own/gold").toString()).isEqualTo("[0.0,1.0,2.0]");
            assertThat(file.at("/pairs/own/before/cosine").toString()).isEqualTo("[0.5,0.25,null]");
            assertThat(file.at("/pairs/own/before/spearman").asDouble()).isEqualTo(12.5);
        }
    }

    @Test
    void theBenchmarkIsDrawnWhereItIsScored() throws IOException {
        assertThat(drawn("STS12", "STSBenchmark", "STSBenchmark-dev", "own"))
            .containsExactly("STSBenchmark", "STSBenchmark-dev");
        assertThat(drawn("STS12", "STS13", "STS14")).containsExactly("STS12", "STS13");
    }

    @Test
    void aLargeTaskIsSampledEvenly() throws IOException {
        StsTask large = task("large", 12_000);
        try (RunFolder folder = RunFolder.create(root, "large")) {
            RunJournal journal = new RunJournal(folder);
            journal.begin(facts(large), 0);
            journal.scored(RunJournal.Side.AFTER, 1, large, new double[12_000], 0);
            journal.save();

            JsonNode pairs = read(folder).at("/pairs/large");
            assertThat(pairs.path("n").asInt()).isEqualTo(12_000);
            assertThat(pairs.path("gold")).hasSize(3000);
            assertThat(pairs.at("/gold/2999").asInt()).isEqualTo(11_996);
        }
    }

    @Test
    void theNearestSentenceIsLookedForAmongAll() throws IOException {
        float[][] vectors = new float[30][2];
        List<String> sentences = IntStream.range(0, 30).mapToObj(i -> "s" + i).toList();
        for (int i = 0; i < 30; i++) {
            // On a circle, except that the last stands where the first does.
            double angle = i == 29 ? 0 : i * 0.1;
            vectors[i] = new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
        }
        try (RunFolder folder = RunFolder.create(root, "near")) {
            RunJournal journal = new RunJournal(folder);
            journal.sentences(RunJournal.Side.BEFORE, 0, sentences, vectors);
            journal.save();

            JsonNode kept = read(folder).path("sentences");
            assertThat(kept.path("texts")).hasSize(24);
            assertThat(kept.at("/before/nearest/0/text").asText()).isEqualTo("s29");
            assertThat(kept.at("/before/nearest/0/cosine").asDouble()).isEqualTo(1);
            assertThat(kept.at("/before/cosine/3/5").asDouble()).isEqualTo(Math.round(Math.cos(0.2) * 1e4) / 1e4);
        }
    }

    @Test
    void aDamagedFileIsBegunAnew() throws IOException {
        try (RunFolder folder = RunFolder.create(root, "damaged")) {
            Files.writeString(folder.path().resolve(RunJournal.FILE_NAME), "{\"sessions\": [{");
            new RunJournal(folder).begin(facts(task("own", 2)), 0);
            assertThat(read(folder).path("sessions")).hasSize(1);
        }
    }

    @Test
    void theSampleSentencesComeWithTheProgram() {
        assertThat(RunJournal.SAMPLE).hasSize(12).doesNotHaveDuplicates().noneMatch(String::isBlank);
    }

    private List<String> drawn(String... names) throws IOException {
        StsTask[] tasks = Arrays.stream(names).map(name -> task(name, 2)).toArray(StsTask[]::new);
        try (RunFolder folder = RunFolder.create(root, "drawn-" + names.length)) {
            RunJournal journal = new RunJournal(folder);
            journal.begin(facts(tasks), 0);
            for (StsTask task : tasks) {
                journal.scored(RunJournal.Side.BEFORE, 0, task, new double[2], 0);
            }
            journal.save();
            return read(folder).path("pairs").properties().stream().map(Map.Entry::getKey).toList();
        }
    }

    private static RunJournal.Facts facts(StsTask... tasks) {
        return new RunJournal.Facts("0.1.0", 1000, 10, 50, 9, List.of(tasks));
    }

    private static StsTask task(String name, int pairs) {
        return new StsTask(name, IntStream.range(0, pairs).mapToObj(i -> new GradedPair("a", "b" + i, i)).toList());
    }

    private static JsonNode read(RunFolder folder) throws IOException {
        return new ObjectMapper().readTree(folder.path().resolve(RunJournal.FILE_NAME).toFile());
    }
}
