package oneword.trainer.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFingerprintTest {

    private static final int LARGE = 9_000_000;

    @TempDir
    private Path folder;
    private Path weights;
    private Path config;
    private String before;

    @BeforeEach
    void makeAModel() throws IOException {
        weights = Files.write(folder.resolve("model.safetensors"), random(1));
        config = Files.writeString(folder.resolve("config.json"), "{\"layers\": 1}");
        before = ModelFingerprint.of(folder);
    }

    @Test
    void aCopyOfAModelIsTheSameModelWhateverElseLiesBesideIt() throws IOException {
        Files.writeString(folder.resolve("README.md"), "notes");
        Files.setLastModifiedTime(weights, FileTime.fromMillis(0));
        assertThat(ModelFingerprint.of(folder)).isEqualTo(before).hasSize(16);
    }

    @Test
    void otherWeightsOrAnotherConfigurationAreAnotherModel() throws IOException {
        Files.writeString(config, "{\"layers\": 2}");
        String configured = ModelFingerprint.of(folder);
        Files.write(weights, random(2));
        String trained = ModelFingerprint.of(folder);
        Files.delete(config);
        assertThat(ModelFingerprint.of(folder)).isNotIn(before, configured, trained);
        assertThat(configured).isNotIn(before, trained);
    }

    @Test
    void aTrainingOfAFiftiethOfTheWeightsIsSeenAnywhere() throws IOException {
        byte[] bytes = random(1);
        for (int from = 0; from + LARGE / 50 <= LARGE; from += LARGE / 10) {
            byte[] trained = bytes.clone();
            for (int i = from; i < from + LARGE / 50; i++) {
                trained[i] ^= 1;
            }
            Files.write(weights, trained);
            assertThat(ModelFingerprint.of(folder)).as("from byte " + from).isNotEqualTo(before);
        }
    }

    private static byte[] random(long seed) {
        byte[] bytes = new byte[LARGE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
