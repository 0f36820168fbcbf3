package oneword.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import oneword.data.sts.StsProtocol;
import org.junit.jupiter.api.Test;

class LeaderboardReaderTest {

    private static final List<String> PUBLISHED = List.of("simcse", "prompteol-opt-1.3b");

    private static LeaderboardConfig read(String text, String... overrides) {
        return LeaderboardReader.fromString(text, "board.yaml", List.of(overrides), PUBLISHED);
    }

    private static List<String> problems(String text) {
        return catchThrowableOfType(ConfigException.class, () -> read(text)).problems();
    }

    @Test
    void everyKeyIsRead() {
        LeaderboardConfig config = read("""
            tasks: [STS16, own.tsv]
            data: SentEval
            protocol: mteb
            device: cpu
            output: tables
            cache: /tmp/vectors
            references: [simcse]
            entries:
              - name: first
                model: facebook/opt-125m
                revision: abc
                adapter: runs/x
                prompt: 'In short {sentence} is:'
                demonstration: A man | woman is smoking.|Smoking
                precision: bf16
                published: prompteol-opt-1.3b
            """);

        assertThat(config).isEqualTo(new LeaderboardConfig(
            List.of(new LeaderboardConfig.Entry("first", "facebook/opt-125m", "abc", "runs/x",
                "In short {sentence} is:",
                new LeaderboardConfig.Demonstration("A man | woman is smoking.", "Smoking"),
                RunConfig.Precision.BF16, "prompteol-opt-1.3b")),
            List.of("STS16", "own.tsv"), "SentEval", StsProtocol.MTEB, RunConfig.Device.CPU, "tables", "/tmp/vectors",
            List.of("simcse")));
    }

    @Test
    void defaultsAreTheSevenSetsAndTheModelAsItIs() {
        LeaderboardConfig config = read("data: SentEval\nentries: [{model: m}, {adapter: runs/x}]\n");

        assertThat(config).isEqualTo(new LeaderboardConfig(
            List.of(new LeaderboardConfig.Entry("m", "m", "main", null, null, null, RunConfig.Precision.AUTO, null),
                new LeaderboardConfig.Entry(
                    "runs/x", null, "main", "runs/x", null, null, RunConfig.Precision.AUTO, null)),
            List.of("sts"), "SentEval", StsProtocol.SENTEVAL, RunConfig.Device.AUTO, "leaderboard", "leaderboard/cache",
            List.of()));
    }

    @Test
    void overridesWinAndTheCacheFollowsTheOutput() {
        LeaderboardConfig config =
            read("data: a\nentries: [{model: m}]\noutput: x\n", "output=/tmp/y", "tasks=[own.tsv]");

        assertThat(config.output()).isEqualTo("/tmp/y");
        assertThat(config.cache()).isEqualTo("/tmp/y/cache");
        assertThat(config.tasks()).containsExactly("own.tsv");
    }

    @Test
    void allMistakesAreToldTogetherWithTheirLines() {
        assertThat(problems("""
            task: [STS16]
            device: gpu
            references: [simsce]
            entries:
              - modell: m
              - model: m
                prompt: no place
                demonstration: no bar
                published: prompteol-opt-1.3
              - model: m
              - just a text
            """)).hasSize(11).satisfiesExactly(
                first -> assertThat(first).contains("board.yaml:1: task: unknown key; did you mean tasks?"),
                second -> assertThat(second).contains("board.yaml:2: device", "auto, cpu, cuda"),
                third -> assertThat(third).contains("board.yaml:3: references", "did you mean simcse?"),
                fourth -> assertThat(fourth).contains("board.yaml:5: entries[1]", "neither a model nor an adapter"),
                fifth -> assertThat(fifth).contains("board.yaml:5: entries[1].modell", "entries[1].model?"),
                sixth -> assertThat(sixth).contains("board.yaml:7: entries[2].prompt", "{sentence}"),
                seventh -> assertThat(seventh).contains("board.yaml:8: entries[2].demonstration", "'sentence|word'"),
                eighth -> assertThat(eighth).contains(
                    "board.yaml:9: entries[2].published", "did you mean prompteol-opt-1.3b?"),
                ninth -> assertThat(ninth).contains("board.yaml:10: entries[3]", "'m'", "a name of its own"),
                tenth -> assertThat(tenth).contains("board.yaml:11: entries[4]", "a section of keys"),
                last -> assertThat(last).contains("tasks", "sts is read from a SentEval folder"));
    }

    @Test
    void aLeaderboardNeedsEntries() {
        assertThat(problems("data: a\n")).singleElement().asString().contains("entries: is missing", "[{model:");
        assertThat(problems("data: a\nentries: []\n")).singleElement().asString().contains("holds no entry");
        assertThat(problems("data: a\nentries: models/opt-mini\n")).anyMatch(text -> text.contains("a list of models"));
        assertThat(problems("")).singleElement().asString().contains("entries");
    }
}
