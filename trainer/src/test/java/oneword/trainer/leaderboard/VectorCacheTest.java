package oneword.trainer.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorCacheTest {

    private static final CachedVectors VECTORS =
        new CachedVectors(new float[][] {{1.5f, -2}, {Float.MIN_VALUE, 3e38f}, {-0f, 7}}, 2, 12.5, 1);

    @TempDir
    private Path folder;
    private final List<String> said = new ArrayList<>();
    private VectorCache cache;

    @BeforeEach
    void open() {
        cache = new VectorCache(folder, said::add);
    }

    private static ObjectNode key(String model) {
        return new ObjectMapper().createObjectNode().put("model", model).put("sentences", "abc");
    }

    private Path file(String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).findFirst().orElseThrow();
        }
    }

    private void assertDamageIsTold(String reason) {
        assertThat(cache.read(key("a"), 3)).isEmpty();
        assertThat(said).singleElement().asString().contains("damaged", reason, ".npy");
        cache.write(key("a"), VECTORS);
        assertThat(cache.read(key("a"), 3)).as("after they were computed again").isPresent();
    }

    @Test
    void whatWasStoredComesBackBitForBit() {
        cache.write(key("a"), VECTORS);

        CachedVectors found = new VectorCache(folder, said::add).read(key("a"), 3).orElseThrow();

        assertThat(found.rows()).isDeepEqualTo(VECTORS.rows());
        assertThat(Float.floatToRawIntBits(found.rows()[2][0])).isEqualTo(Float.floatToRawIntBits(-0f));
        assertThat(found.embedded()).isEqualTo(2);
        assertThat(found.seconds()).isEqualTo(12.5);
        assertThat(found.shortened()).isEqualTo(1);
        assertThat(said).isEmpty();
    }

    @Test
    void theFileIsByteForByteWhatNumpySaves() throws IOException {
        byte[] golden = VectorCacheTest.class.getResourceAsStream("/golden/vectors.npy").readAllBytes();
        ByteBuffer numbers = ByteBuffer.wrap(golden).order(ByteOrder.LITTLE_ENDIAN).position(128);
        float[][] rows = new float[64][5];
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = numbers.getFloat();
            }
        }

        cache.write(key("a"), new CachedVectors(rows, 64, 1, 0));

        assertThat(Files.readAllBytes(file(".npy"))).isEqualTo(golden);
    }

    @Test
    void anotherKeyIsAnotherThing() {
        cache.write(key("a"), VECTORS);

        assertThat(cache.read(key("b"), 3)).isEmpty();
        assertThat(said).isEmpty();
    }

    @Test
    void aChangedBitIsFound() throws IOException {
        cache.write(key("a"), VECTORS);
        byte[] bytes = Files.readAllBytes(file(".npy"));
        bytes[bytes.length - 3] ^= 1;
        Files.write(file(".npy"), bytes);

        assertDamageIsTold("SHA-256");
    }

    @Test
    void aShortenedFileIsFound() throws IOException {
        cache.write(key("a"), VECTORS);
        byte[] bytes = Files.readAllBytes(file(".npy"));
        Files.write(file(".npy"), Arrays.copyOf(bytes, bytes.length - 4));

        assertDamageIsTold("size");
    }

    @Test
    void aMissingFileIsFound() throws IOException {
        cache.write(key("a"), VECTORS);
        Files.delete(file(".npy"));

        assertDamageIsTold("missing");
    }

    @Test
    void aBrokenDescriptionIsFound() throws IOException {
        cache.write(key("a"), VECTORS);
        String text = Files.readString(file(".json"));
        Files.writeString(file(".json"), text.substring(0, text.length() / 2));

        assertDamageIsTold("not JSON");
    }

    @Test
    void aDescriptionOfSomethingElseIsFound() throws IOException {
        cache.write(key("a"), VECTORS);
        Files.writeString(file(".json"), Files.readString(file(".json")).replace("\"abc\"", "\"xyz\""));

        assertDamageIsTold("another key");
    }

    @Test
    void vectorsWithoutADescriptionAreNotThere() throws IOException {
        cache.write(key("a"), VECTORS);
        Files.delete(file(".json"));

        assertThat(cache.read(key("a"), 3)).isEmpty();
        assertThat(said).isEmpty();
    }

    @Test
    void whatCannotBeStoredStopsNothing() throws IOException {
        Path blocked = Files.writeString(folder.resolve("file"), "in the way");

        new VectorCache(blocked, said::add).write(key("a"), VECTORS);

        assertThat(said).singleElement().asString().contains("could not be stored");
    }
}
