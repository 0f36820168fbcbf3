package oneword.trainer.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorFileTest {

    private static final int ROWS = 64;
    private static final int COLUMNS = 5;

    @TempDir
    private Path folder;

    @Test
    void npyIsByteForByteWhatNumpySaves() throws IOException {
        Path file = folder.resolve("new/vectors.npy");
        float[][] vectors = golden();

        try (VectorFile vectorFile = VectorFile.create(file, ROWS)) {
            vectorFile.write(Arrays.copyOfRange(vectors, 0, 10));
            vectorFile.write(new float[0][]);
            vectorFile.write(Arrays.copyOfRange(vectors, 10, ROWS));
            vectorFile.finish();
        }

        assertThat(Files.readAllBytes(file)).isEqualTo(resource("vectors.npy"));
    }

    @Test
    void jsonLinesHaveTheFewestDigitsThatGiveTheSameNumberBack() throws IOException {
        Path file = folder.resolve("vectors.jsonl");
        float[][] vectors = golden();

        write(file, vectors);

        List<String> lines = Files.readAllLines(file);
        JsonNode shortest = new ObjectMapper().readTree(resource("vectors_shortest.json"));
        assertThat(lines).hasSize(ROWS);
        for (int i = 0; i < ROWS; i++) {
            assertThat(new ObjectMapper().readValue(lines.get(i), float[].class)).containsExactly(vectors[i]);
            String[] numbers = lines.get(i).substring(1, lines.get(i).length() - 1).split(",");
            for (int j = 0; j < COLUMNS; j++) {
                String digits = numbers[j].replaceAll("E.*|[-.]", "").replaceAll("^0+|0+$", "");
                assertThat(digits).as(numbers[j]).isEqualTo(shortest.get(i).get(j).asText());
            }
        }
    }

    @Test
    void noVectorsMakeAnEmptyFile() throws IOException {
        write(folder.resolve("none.npy"), new float[0][]);
        write(folder.resolve("none.jsonl"), new float[0][]);

        assertThat(folder.resolve("none.npy")).hasSize(128).content(StandardCharsets.ISO_8859_1)
            .contains("'shape': (0, 0), }");
        assertThat(folder.resolve("none.jsonl")).isEmptyFile();
    }

    @Test
    void anUnfinishedFileLeavesTheOldOneAndNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("vectors.jsonl"), "old");

        try (VectorFile vectorFile = VectorFile.create(file, 2)) {
            vectorFile.write(new float[1][3]);
            assertThat(file).hasContent("old");
            assertThatThrownBy(vectorFile::finish).isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("2 vectors", "found 1");
        }

        assertThat(file).hasContent("old");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFinishedFileReplacesTheOldOne() throws IOException {
        Path file = Files.writeString(folder.resolve("vectors.JSONL"), "old");

        write(file, new float[][] {{1, -0.5f}, {0, 1e-7f}});

        assertThat(file).hasContent("[1.0,-0.5]\n[0.0,1.0E-7]\n");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void anotherEndingIsRefused() {
        assertThatThrownBy(() -> VectorFile.create(folder.resolve("vectors.csv"), 1))
            .isInstanceOf(EmbeddingException.class).hasMessageContainingAll("vectors.csv", ".npy", ".jsonl");
    }

    @Test
    void aNumberThatIsNotFiniteIsNamedByItsLine() {
        for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            try (VectorFile file = VectorFile.create(folder.resolve("vectors.npy"), 3)) {
                file.write(new float[2][2]);
                assertThatThrownBy(() -> file.write(new float[][] {{0, bad}})).isInstanceOf(EmbeddingException.class)
                    .hasMessageContainingAll("line 3", String.valueOf(bad), "--precision fp32");
            }
        }
    }

    @Test
    void aFolderThatCannotBeWrittenToIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "").resolve("vectors.npy");

        assertThatThrownBy(() -> VectorFile.create(file, 1)).isInstanceOf(EmbeddingException.class)
            .hasMessageContaining("cannot write the vectors to " + file);
    }

    @Test
    void rowsOfUnequalLengthOrTooManyAreRefused() {
        try (VectorFile file = VectorFile.create(folder.resolve("vectors.npy"), 2)) {
            assertThatThrownBy(() -> file.write(new float[][] {{1}, {1, 2}}))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("of 1 and of 2 numbers");
            file.write(new float[1][1]);
            assertThatThrownBy(() -> file.write(new float[1][1]))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("more than 2 vectors");
        }
    }

    private static void write(Path file, float[][] vectors) {
        try (VectorFile vectorFile = VectorFile.create(file, vectors.length)) {
            vectorFile.write(vectors);
            vectorFile.finish();
        }
    }

    private static float[][] golden() throws IOException {
        byte[] npy = resource("vectors.npy");
        int end = npy.length - ROWS * COLUMNS * Float.BYTES;
        ByteBuffer numbers = ByteBuffer.wrap(npy, end, npy.length - end).order(ByteOrder.LITTLE_ENDIAN);
        float[][] vectors = new float[ROWS][COLUMNS];
        for (float[] vector : vectors) {
            for (int j = 0; j < COLUMNS; j++) {
                vector[j] = numbers.getFloat();
            }
        }
        return vectors;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream stream = VectorFileTest.class.getResourceAsStream("/golden/" + name)) {
            return stream.readAllBytes();
        }
    }
}
