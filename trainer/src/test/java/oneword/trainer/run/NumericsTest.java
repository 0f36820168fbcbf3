package oneword.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import oneword.data.DataException;
import oneword.lora.LoraException;
import oneword.trainer.TrainerException;
import oneword.trainer.checkpoint.Checkpoint;
import oneword.trainer.checkpoint.CheckpointStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What numbers and sentences at the edge of what there is lead to: a clear outcome each. */
class NumericsTest {

    @TempDir
    private Path folder;
    private RunFixture fixture;

    @BeforeEach
    void prepare() {
        fixture = new RunFixture(folder);
    }

    private Path data(String anchor, String positive, String negative) throws IOException {
        return Files.writeString(folder.resolve("data.csv"), "sent0,sent1,hard_neg\n"
            + "A man runs.,A person moves.,A man sleeps.\nA cat sleeps.,An animal rests.,A dog barks.\n"
            + "\"" + anchor + "\",\"" + positive + "\",\"" + negative + "\"\n");
    }

    /** Runs two epochs over three rows, one of them peculiar, and expects numbers throughout. */
    private void trains(Path data, String... more) throws IOException {
        String[] all = fixture.tiny("data.train=" + data, "training.max_steps=4", "evaluation.every=2");
        String[] overrides = Stream.concat(
            Stream.of(all), Stream.of(more)).toArray(String[]::new);
        assertThat(fixture.start("run", new StopSignal(), overrides).finished()).isTrue();
        assertThat(fixture.metrics("run").stream().filter(line -> line.has("loss"))).hasSize(4)
            .allSatisfy(line -> assertThat(line.get("loss").isNumber()).as(line.toString()).isTrue())
            .allSatisfy(line -> assertThat(line.get("grad_norm").isNumber()).as(line.toString()).isTrue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \t ", "\u3000"})
    void aSentenceWithoutACharacterToReadIsRefusedWithItsLine(String blank) throws IOException {
        Path data = data(blank, "Something.", "Nothing.");
        assertThatThrownBy(() -> trains(data)).isInstanceOf(DataException.class).hasMessageContaining("data.csv")
            .hasMessageContaining("4").hasMessageContaining("sent0");
    }

    @Test
    void aRowWithoutHardNegativeIsAPair() throws IOException {
        trains(data("A bird flies.", "Something flies.", " "));
    }

    @Test
    void aSentenceOfTenThousandWordsIsCut() throws IOException {
        String words = IntStream.range(0, 10_000).mapToObj(i -> "word" + i).collect(Collectors.joining(" "));
        trains(data(words, words, words), "prompt.max_sentence_tokens=2000");
    }

    @Test
    void anAnchorMayBeItsOwnPositiveAndNegative() throws IOException {
        trains(data("A bird flies.", "A bird flies.", "A bird flies."));
    }

    /** Cosines over 1e-4 are logits of ten thousand: the loss is large, and a number. */
    @ParameterizedTest
    @ValueSource(strings = {"1e-4", "1e-7"})
    void aTinyTemperatureGivesLargeLossesThatAreNumbers(String temperature) throws IOException {
        trains(data("A bird flies.", "Something flies.", "A bird sits."), "loss.temperature=" + temperature);
    }

    @Test
    void aLearningRateOfTenSpoilsTheModelButNotTheNumbers() throws IOException {
        trains(data("A bird flies.", "Something flies.", "A bird sits."), "training.learning_rate=10",
            "training.warmup_steps=0");
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity"})
    void weightsThatAreNotFiniteAreRefusedByName(float value) throws IOException {
        String[] tiny = fixture.tiny();
        Path weights = folder.resolve("model/model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - Float.BYTES, value);
        Files.write(weights, bytes);
        assertThatThrownBy(() -> fixture.start("run", new StopSignal(), tiny)).isInstanceOf(LoraException.class)
            .hasMessageContaining("model.safetensors: model.decoder.layers.0.self_attn_layer_norm.weight")
            .hasMessageContaining("NaN or infinity");
    }

    @Test
    void updatesThatAreTooLargeEndTheRunWithTheStepTheRowsAndTheCause() {
        assertThatThrownBy(() -> fixture.start("run", new StopSignal(), fixture.tiny("training.learning_rate=1e30",
            "training.max_steps=20", "training.warmup_steps=3", "training.max_grad_norm=0", "evaluation.every=0",
            "lora.targets=[q_proj, fc1, fc2]")))
            .isInstanceOf(TrainerException.class)
            .hasMessageContaining("3 steps in a row were not finite, the last was step ")
            .hasMessageContaining("Rows [")
            .hasMessageContaining("triples.csv")
            .hasMessageContaining("the updates were too large (training.learning_rate 1.0E30)")
            .hasMessageContaining("The last good checkpoint is ");
        assertThat(fixture.run("run").resolve("report.html")).content()
            .contains("\"status failed\"", "3 steps in a row", "without a finite loss");
    }

    @Test
    void vectorsThatAreNotFiniteEndTheRunBeforeTheyAreSaved() {
        assertThatThrownBy(() -> fixture.start("run", new StopSignal(), fixture.tiny("training.learning_rate=1e30",
            "training.max_steps=20", "training.max_grad_norm=0", "lora.targets=[q_proj, fc1, fc2]")))
            .isInstanceOf(TrainerException.class)
            .hasMessageContaining("not finite")
            .hasMessageContaining("last good checkpoint");
    }

    /** The first update of a warm-up moves nothing; the second one spoils everything and is saved before it shows. */
    @Test
    void theNewestCheckpointOfARunThatFailedIsAGoodOne() throws IOException {
        assertThatThrownBy(() -> fixture.start("run", new StopSignal(), fixture.tiny("training.learning_rate=1e30",
            "training.max_steps=20", "training.warmup_steps=2", "training.max_grad_norm=0", "evaluation.every=0",
            "checkpoint.every=1", "checkpoint.keep=9", "lora.targets=[q_proj, fc1, fc2]")))
            .isInstanceOf(TrainerException.class).hasMessageContaining("step-000001;")
            .hasMessageContaining("set aside: step-000002.set-aside");
        assertThat(CheckpointStore.view(fixture.run("run")).list()).extracting(Checkpoint::step).containsExactly(1L);
    }
}
