package oneword.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {

    private static final Storage FILES = Storage.files();

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("metrics.jsonl");
    }

    private static Map<String, Object> metrics(Object... namesAndValues) {
        Map<String, Object> metrics = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            metrics.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return metrics;
    }

    @Test
    void eachObjectIsALineAndOnDiskAtOnce() throws IOException {
        try (MetricsLog log = MetricsLog.open(file, FILES)) {
            log.append(metrics("step", 1, "loss", 0.1, "tokens", 3L));
            assertThat(Files.readString(file)).isEqualTo("{\"step\":1,\"loss\":0.1,\"tokens\":3}\n");
            log.append(metrics("step", 1, "eval/STS12", 61.5f));
        }
        try (MetricsLog log = MetricsLog.open(file, FILES)) {
            log.append(metrics("step", 2, "note", "ü\n"));
        }
        assertThat(Files.readAllLines(file)).containsExactly("{\"step\":1,\"loss\":0.1,\"tokens\":3}",
                "{\"step\":1,\"eval/STS12\":61.5}", "{\"step\":2,\"note\":\"ü\\n\"}");
    }

    @Test
    void whatIsNoNumberIsNull() throws IOException {
        try (MetricsLog log = MetricsLog.open(file, FILES)) {
            log.append(metrics("step", 1, "loss", Double.NaN, "grad_norm", Float.POSITIVE_INFINITY));
            assertThatThrownBy(() -> log.append(metrics("loss", 1.0))).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(file).hasContent("{\"step\":1,\"loss\":null,\"grad_norm\":null}");
    }

    @Test
    void laterAndTornLinesAreDropped() throws IOException {
        Files.writeString(file, """
                {"step": 1, "loss": 3}
                {"step": 2, "loss": 2}
                \0\0\0
                {"step": 2, "eval/x": 50.25}
                {"step": 3, "loss": 1}
                {"step": 2}""");
        assertThat(MetricsLog.truncateAfter(file, 2, FILES)).isEqualTo(3);
        assertThat(Files.readAllLines(file)).containsExactly("{\"step\": 1, \"loss\": 3}",
                "{\"step\": 2, \"loss\": 2}", "{\"step\": 2, \"eval/x\": 50.25}");
        assertThat(MetricsLog.truncateAfter(file, 2, FILES)).isZero();
        assertThat(MetricsLog.truncateAfter(file, -1, FILES)).isEqualTo(3);
        assertThat(file).isEmptyFile();
    }

    @Test
    void thereNeedBeNoFile() {
        assertThat(MetricsLog.truncateAfter(file, 2, FILES)).isZero();
        assertThat(file).doesNotExist();
    }

    @Test
    void wheneverDroppingFailsTheFileIsTheOldOrTheNewOne() throws IOException {
        String old = "{\"step\":1}\n{\"step\":2}\n";
        for (int changes = 0; changes < 6; changes++) {
            Files.writeString(file, old);
            Storage faulty = new FaultyStorage(changes, true);
            assertThatThrownBy(() -> MetricsLog.truncateAfter(file, 1, faulty)).isInstanceOf(CheckpointException.class)
                    .hasMessage("cannot write " + file + ": injected");
            assertThat(Files.readString(file)).isEqualTo(changes < 5 ? old : "{\"step\":1}\n");
        }
    }

    @Test
    void aFullDiskIsNamed() {
        try (MetricsLog log = MetricsLog.open(file, new FaultyStorage(1, true))) {
            assertThatThrownBy(() -> log.append(metrics("step", 1))).isInstanceOf(CheckpointException.class)
                    .hasMessage("cannot write " + file + ": injected");
        }
    }

    @Test
    void whatWasSyncedOutlivesAPowerFailure() throws IOException {
        FaultyStorage power = new FaultyStorage(5, true);
        try (MetricsLog log = MetricsLog.open(file, power)) {
            log.append(metrics("step", 1));
            log.sync();
            power.syncFolder(folder);
            log.append(metrics("step", 2));
            assertThatThrownBy(() -> log.append(metrics("step", 3))).isInstanceOf(CheckpointException.class);
        }
        assertThat(Files.readString(file)).startsWith("{\"step\":1}\n{").doesNotContain("3");
        MetricsLog.truncateAfter(file, 1, FILES);
        assertThat(file).hasContent("{\"step\":1}");
    }
}
