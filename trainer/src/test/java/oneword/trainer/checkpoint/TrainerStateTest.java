package oneword.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerStateTest {

    private static final TrainerState STATE =
            new TrainerState(50, 1077, 0.046, 12_800, 42, 4096, "STSBenchmark-dev", 83.5, 25L, 65536.0, 7, 1, true);

    @TempDir
    private Path folder;

    private Path write(String json) throws IOException {
        return Files.writeString(folder.resolve(TrainerState.FILE_NAME), json);
    }

    @Test
    void theFileHasTheseKeys() {
        assertThat(STATE.toJson().replaceAll("\\s", "")).isEqualTo("{\"format_version\":2,\"step\":50,"
                + "\"steps_total\":1077,\"epoch\":0.046,\"rows_consumed\":12800,\"seed\":42,"
                + "\"micro_batch_tokens\":4096,\"select_by\":\"STSBenchmark-dev\",\"best_score\":83.5,\"best_step\":25,"
                + "\"loss_scale\":65536.0,\"loss_scale_good_steps\":7,\"consecutive_skips\":1,"
                + "\"evaluation_pending\":true}");
    }

    @Test
    void aStateReadsBackEqual() throws IOException {
        assertThat(TrainerState.read(write(STATE.toJson()))).isEqualTo(STATE);
        TrainerState fresh = new TrainerState(0, 1, 0, 0, Long.MAX_VALUE, 1, "own.tsv", null, null, null, 0, 0, false);
        assertThat(TrainerState.read(write(fresh.toJson()))).isEqualTo(fresh);
    }

    @Test
    void numbersReadBackToTheLastBit() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            double number = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(number)) {
                TrainerState state = new TrainerState(1, 1, number, 0, 0, 1, "a", number, 1L, number, 0, 0, false);
                assertThat(TrainerState.read(write(state.toJson()))).isEqualTo(state);
            }
        }
    }

    @Test
    void theFirstVersionWhichKnewOfNoPendingEvaluationIsRead() throws IOException {
        Path file = write(STATE.toJson().replace("version\" : 2", "version\" : 1")
                .replaceAll(",\\s*\"evaluation_pending\" : true", ""));
        assertThat(Files.readString(file)).doesNotContain("pending");
        assertThat(TrainerState.read(file)).isEqualTo(new TrainerState(
                50, 1077, 0.046, 12_800, 42, 4096, "STSBenchmark-dev", 83.5, 25L, 65536.0, 7, 1, false));
    }

    @Test
    void aNewerVersionIsRefusedByName() throws IOException {
        Path file = write(STATE.toJson().replace("version\" : 2", "version\" : 3"));
        assertThatThrownBy(() -> TrainerState.read(file)).isInstanceOf(CheckpointException.class).hasMessage(
                file + ": has format_version 3, this oneword reads 2; use the newer oneword that wrote it");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"step\" : 50,    |                         ",
        "\"step\" : 50     | \"step\" : null         ",
        "\"step\" : 50     | \"step\" : 50.5         ",
        "\"step\" : 50     | \"step\" : \"50\"       ",
        "\"step\" : 50     | \"step\" : 50, \"x\" : 1",
        "83.5              | 1e999                   ",
        "}                 |                         ",
        "}                 | } }                     "})
    void aDamagedFileIsNamed(String part, String damage) throws IOException {
        Path file = write(STATE.toJson().replace(part, damage == null ? "" : damage));
        assertThatThrownBy(() -> TrainerState.read(file)).isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": is damaged: ");
    }

    @ParameterizedTest
    @CsvSource({"''", "[]", "{}", "null", "{\"format_version\": 0}"})
    void whatIsNoStateIsNamed(String json) throws IOException {
        Path file = write(json);
        assertThatThrownBy(() -> TrainerState.read(file)).isInstanceOf(CheckpointException.class)
                .hasMessage(file + ": has no valid format_version, so it is no trainer state");
    }

    @Test
    void aMissingFileIsNamed() {
        Path file = folder.resolve("none.json");
        assertThatThrownBy(() -> TrainerState.read(file)).isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": cannot be read: ");
    }

    @Test
    void aScoreIsANumber() {
        assertThatThrownBy(() -> new TrainerState(1, 1, 0, 0, 0, 1, "a", Double.NaN, 1L, null, 0, 0, false))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("bestScore");
    }
}
