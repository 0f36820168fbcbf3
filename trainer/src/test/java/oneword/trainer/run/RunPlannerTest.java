package oneword.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import oneword.data.nli.Triple;
import oneword.lora.LoraException;
import oneword.trainer.TrainerException;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.config.ConfigException;
import oneword.trainer.config.ConfigReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run trains on and adapts: rows less those of evaluation sets, and the linears of the model's family. */
class RunPlannerTest {

    private static final String LLAMA = "model.name=lora/src/test/resources/golden/decoder/llama";

    @TempDir
    private Path folder;
    private RunFixture fixture;

    @BeforeEach
    void prepare() {
        fixture = new RunFixture(folder);
    }

    @Test
    void withoutTargetsEveryLinearOfTheFamilyIsAdapted() {
        assertThat(targets()).containsExactlyInAnyOrder("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2");
        assertThat(targets(LLAMA, "training.model_dropout=null")).containsExactlyInAnyOrder(
            "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");
        assertThat(targets("lora.targets=[v_proj]")).containsExactly("v_proj");
    }

    private List<String> targets(String... overrides) {
        RunPlan plan = fixture.plan(fixture.config(overrides));
        assertThat(plan.config().lora().targets()).isEqualTo(plan.lora().targets());
        return plan.lora().targets();
    }

    @Test
    void aTargetOfAnotherFamilyIsRefusedWithTheNamesOfThisOne() {
        assertThatThrownBy(() -> targets(LLAMA, "training.model_dropout=null", "lora.targets=[q_proj, out_proj, fc1]"))
            .isInstanceOf(ConfigException.class).hasMessageContainingAll("lora.targets", "golden/decoder/llama",
                "out_proj (did you mean o_proj?), fc1", "gate_proj, up_proj, down_proj");
    }

    @Test
    void dropoutThatAFamilyDoesNotHaveIsRefusedByName() {
        assertThatThrownBy(() -> targets(LLAMA, "training.model_dropout=0.1")).isInstanceOf(LoraException.class)
            .hasMessageContainingAll("training.model_dropout", "llama");
    }

    @Test
    void aRunsConfigurationHoldsTheTargetsItWasGiven() {
        fixture.start("resolved", new StopSignal(), quick("training.max_steps=1"));

        assertThat(ConfigReader.read(fixture.run("resolved").resolve("config.yaml"), List.of()).lora().targets())
            .containsExactlyInAnyOrder("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2");
    }

    @Test
    void rowsOfExcludedSetsAreLeftOutBeforeTheLimitCounts() throws IOException {
        List<Triple> all = fixture.plan(fixture.config("data.limit=10")).triples();
        Path set = exclude(all.get(0).anchor().toUpperCase(), all.get(3).hardNegative().replace(" ", "  ") + " !");

        RunPlan plan = fixture.plan(fixture.config("data.limit=8", "data.exclude=" + set));

        assertThat(plan.triples()).containsExactlyElementsOf(
            List.of(all.get(1), all.get(2), all.get(4), all.get(5), all.get(6), all.get(7), all.get(8), all.get(9)));
        assertThat(plan.decontamination().orElseThrow().dropped()).isEqualTo(2);
        assertThat(fixture.plan(fixture.config("data.limit=0", "data.exclude=" + set)).triples())
            .hasSize(plan.decontamination().orElseThrow().read() - 2);
    }

    @Test
    void nothingLeftToTrainOnIsRefused() throws IOException {
        Path rows = Files.writeString(folder.resolve("one.csv"), "sent0,sent1\nA cat.,An animal.\n");

        assertThatThrownBy(() -> fixture.plan(
            fixture.config("data.train=" + rows, "data.exclude=" + exclude("a cat", "b"))))
            .isInstanceOf(ConfigException.class).hasMessageContainingAll("data.exclude", "1 of 1 rows");
    }

    @Test
    void whatWasLeftOutIsRecorded() throws IOException {
        Triple first = fixture.plan(fixture.config()).triples().get(0);
        Path set = exclude(first.anchor(), first.positive());

        fixture.start("recorded", new StopSignal(), quick("training.max_steps=1", "data.exclude=" + set));

        JsonNode data = new ObjectMapper()
            .readTree(fixture.run("recorded").resolve("environment.json").toFile()).get("data");
        assertThat(data.get("rows").asInt()).isEqualTo(20);
        assertThat(data.get("excluded").asInt()).isEqualTo(1);
        assertThat(data.at("/shared/excluded/rows").asInt()).isEqualTo(1);
        assertThat(data.at("/shared/excluded/sentences").asInt()).isEqualTo(2);
        assertThat(data.get("read").asInt()).isGreaterThan(500);
    }

    @Test
    void aStoppedRunGoesOnBitForBitWithTheRowsThatAreLeft() throws IOException {
        List<Triple> rows = fixture.plan(fixture.config()).triples();
        String[] overrides = quick("training.max_steps=3", "checkpoint.every=1", "data.exclude="
            + exclude(rows.get(1).anchor(), rows.get(5).positive()));
        fixture.start("straight", new StopSignal(), overrides);
        fixture.start("goes-on", new StopSignal(), overrides);
        try (Stream<Path> last = Files.walk(fixture.run("goes-on").resolve("checkpoints/step-000003"))) {
            last.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }

        assertThat(fixture.resume("goes-on", new StopSignal(), overrides).finished()).isTrue();

        assertThat(Files.readAllBytes(CheckpointStore.locate(fixture.run("goes-on")).resolve("optimizer.safetensors")))
            .isEqualTo(Files.readAllBytes(
                CheckpointStore.locate(fixture.run("straight")).resolve("optimizer.safetensors")));
    }

    @Test
    void aRunDoesNotGoOnWithOtherRows() throws IOException {
        List<Triple> rows = fixture.plan(fixture.config()).triples();
        String[] overrides = quick("training.max_steps=1", "data.exclude=" + folder.resolve("excluded.tsv"));
        exclude(rows.get(1).anchor(), "b");
        fixture.start("rows", new StopSignal(), overrides);
        exclude(rows.get(2).anchor(), "b");

        assertThatThrownBy(() -> fixture.resume("rows", new StopSignal(), overrides))
            .isInstanceOf(TrainerException.class)
            .hasMessageContainingAll("training rows are not those", "triples.csv", "data.exclude");
    }

    private Path exclude(String first, String second) throws IOException {
        return Files.writeString(folder.resolve("excluded.tsv"), first + "\t" + second + "\t1\n");
    }

    private static String[] quick(String... overrides) {
        List<String> all = new ArrayList<>(List.of("training.batch_size=2", "evaluation.every=0",
            "evaluation.tasks=[]", "evaluation.neighbours=null"));
        all.addAll(List.of(overrides));
        return all.toArray(String[]::new);
    }
}
