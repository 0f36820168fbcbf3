package oneword.trainer.embedding.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import oneword.trainer.embedding.EmbeddingException;
import oneword.trainer.embedding.NextWords.NextWord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowFileTest {

    private static final int ROWS = 64;
    private static final int COLUMNS = 5;
    private static final int WINDOW = 10;
    private static final Map<String, String> SETTINGS = Map.of("model", "opt-mini", "prompt", "In a word: ");

    @TempDir
    private Path folder;
    private final List<String> told = new ArrayList<>();

    @Test
    void npyIsByteForByteWhatNumpySaves() throws IOException {
        Path file = folder.resolve("new/vectors.npy");

        write(file, golden());

        assertThat(Files.readAllBytes(file)).isEqualTo(resource("vectors.npy"));
    }

    @Test
    void jsonLinesHaveTheFewestDigitsThatGiveTheSameNumberBack() throws IOException {
        Path file = folder.resolve("vectors.JSONL");
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

    /** What pyarrow reads as these sentences and vectors: see golden/check_parquet.py. */
    @Test
    void parquetIsByteForByteTheFileThatPyarrowReads() throws IOException {
        Path file = folder.resolve("vectors.parquet");

        write(file, golden());

        assertThat(Files.readAllBytes(file)).isEqualTo(resource("vectors.parquet"));
    }

    @Test
    void wordsAreJsonObjectsWithTheirSentence() throws IOException {
        Path file = folder.resolve("words.jsonl");
        try (RowFile<List<NextWord>> rows = RowFile.ofWords(file, SETTINGS, false, told::add)) {
            rows.append(new Window(0, List.of("A \"dog\""), List.of(new int[1]), "00"),
                List.of(List.of(new NextWord("Dog", 0.5f), new NextWord(" é", 0.1f))));
            rows.finish();
        }
        assertThat(file).hasContent("{\"sentence\":\"A \\\"dog\\\"\",\"words\":["
            + "{\"word\":\"Dog\",\"probability\":0.5},{\"word\":\" é\",\"probability\":0.1}]}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vectors.npy", "vectors.jsonl", "vectors.parquet"})
    void aResumedFileIsTheSameToTheLastByte(String name) throws IOException {
        Path whole = folder.resolve("whole").resolve(name);
        Path file = folder.resolve("resumed").resolve(name);
        float[][] vectors = golden();
        write(whole, vectors);

        append(file, vectors, 3, false);
        assertThat(file).doesNotExist();
        try (RandomAccessFile torn = new RandomAccessFile(unfinished(file).toFile(), "rw")) {
            torn.seek(torn.length());
            torn.write(new byte[77]); // a window that was being written
        }
        append(file, vectors, 2, true);
        try (RowFile<float[]> rows = RowFile.ofVectors(file, SETTINGS, true, told::add)) {
            assertThat(rows.rows()).isEqualTo(5 * WINDOW);
            assertThat(rows.sha256()).isEqualTo("hash of " + 5 * WINDOW);
            windows(vectors).subList(5, 7).forEach(window -> rows.append(window, part(vectors, window)));
            rows.finish();
        }

        assertThat(file).hasSameBinaryContentAs(whole);
        assertThat(told).containsExactly("going on behind 30 sentences of an interrupted run",
            "going on behind 50 sentences of an interrupted run");
        assertOnlyFile(file);
    }

    @Test
    void aRunThatWasInterruptedBehindItsLastRowIsFinished() throws IOException {
        Path file = folder.resolve("vectors.npy");
        append(file, golden(), 7, false);

        try (RowFile<float[]> rows = RowFile.ofVectors(file, SETTINGS, true, told::add)) {
            rows.finish();
        }

        assertThat(Files.readAllBytes(file)).isEqualTo(resource("vectors.npy"));
    }

    @Test
    void everySettingThatDiffersIsNamedAndNothingIsLost() throws IOException {
        Path file = folder.resolve("vectors.npy");
        append(file, golden(), 3, false);
        byte[] kept = Files.readAllBytes(unfinished(file));

        assertThatThrownBy(() -> RowFile.ofVectors(
            file, Map.of("model", "opt-125m", "prompt", "In a word: ", "adapter", "mine"), true, told::add))
            .isInstanceOf(EmbeddingException.class)
            .hasMessageContainingAll("vectors.npy", "model: was opt-mini, is opt-125m",
                "adapter: was not given, is mine", "without --resume")
            .hasMessageNotContaining("prompt");

        assertThat(unfinished(file)).hasBinaryContent(kept);
        append(file, golden(), 1, true);
    }

    @Test
    void withoutResumeAnInterruptedRunIsDroppedAndThatIsTold() throws IOException {
        Path file = folder.resolve("vectors.npy");
        append(file, golden(), 3, false);

        write(file, golden());

        assertThat(told).singleElement().asString().contains("30 sentences", "--resume", "dropped");
        assertThat(Files.readAllBytes(file)).isEqualTo(resource("vectors.npy"));
        assertOnlyFile(file);
    }

    @Test
    void whatIsFinishedIsNotResumed() throws IOException {
        Path file = folder.resolve("vectors.npy");
        write(file, golden());

        assertThatThrownBy(() -> RowFile.ofVectors(file, SETTINGS, true, told::add))
            .isInstanceOf(EmbeddingException.class).hasMessageContainingAll("vectors.npy is finished", "--resume");

        assertOnlyFile(file);
    }

    @Test
    void whereNothingWasLeftResumingBeginsAndSaysSo() throws IOException {
        try (RowFile<float[]> rows = RowFile.ofVectors(folder.resolve("new.npy"), SETTINGS, true, told::add)) {
            assertThat(rows.rows()).isZero();
        }
        assertThat(told).singleElement().asString().contains("nothing", "first sentence");
    }

    @Test
    void aStateWhoseRowsAreGoneCountsForNothing() throws IOException {
        Path file = folder.resolve("vectors.npy");
        append(file, golden(), 3, false);
        Files.write(unfinished(file), new byte[200]);

        try (RowFile<float[]> rows = RowFile.ofVectors(file, SETTINGS, true, told::add)) {
            assertThat(rows.rows()).isZero();
        }
    }

    @Test
    void aDamagedStateIsNamed() throws IOException {
        Path file = folder.resolve("vectors.npy");
        append(file, golden(), 3, false);
        Files.writeString(folder.resolve(".vectors.npy.unfinished.json"), "{\"rows\": 3");

        assertThatThrownBy(() -> RowFile.ofVectors(file, SETTINGS, true, told::add))
            .isInstanceOf(EmbeddingException.class).hasMessageContainingAll(".vectors.npy.unfinished.json", "damaged");
    }

    @Test
    void untilItIsFinishedAnOlderFileStays() throws IOException {
        Path file = Files.writeString(folder.resolve("vectors.npy"), "old");

        try (RowFile<float[]> rows = RowFile.ofVectors(file, SETTINGS, false, told::add)) {
            assertThatThrownBy(rows::finish).isInstanceOf(IllegalStateException.class);
        }
        assertThat(file).hasContent("old");
        assertOnlyFile(file);

        write(file, golden());
        assertThat(Files.readAllBytes(file)).isEqualTo(resource("vectors.npy"));
    }

    @Test
    void twoWritersAtOnceAreKeptApart() throws IOException {
        Path file = folder.resolve("vectors.npy");
        try (RowFile<float[]> first = RowFile.ofVectors(file, SETTINGS, false, told::add)) {
            first.append(windows(golden()).get(0), part(golden(), windows(golden()).get(0)));
            assertThatThrownBy(() -> RowFile.ofVectors(file, SETTINGS, false, told::add))
                .isInstanceOf(EmbeddingException.class).hasMessageContaining("written by another process");
            first.finish();
        }
        assertOnlyFile(file);
    }

    @Test
    void anotherEndingIsRefused() {
        assertThatThrownBy(() -> RowFile.ofVectors(folder.resolve("vectors.csv"), SETTINGS, false, told::add))
            .isInstanceOf(EmbeddingException.class)
            .hasMessageContainingAll("vectors.csv", ".npy", ".jsonl", ".parquet");
        assertThatThrownBy(() -> RowFile.ofWords(folder.resolve("words.npy"), SETTINGS, false, told::add))
            .isInstanceOf(EmbeddingException.class).hasMessageContainingAll("words.npy", ".jsonl");
    }

    @Test
    void aFolderThatCannotBeWrittenToIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "").resolve("vectors.npy");

        assertThatThrownBy(() -> RowFile.ofVectors(file, SETTINGS, false, told::add))
            .isInstanceOf(EmbeddingException.class).hasMessageContaining("cannot write " + file);
    }

    private void write(Path file, float[][] vectors) {
        try (RowFile<float[]> rows = RowFile.ofVectors(file, SETTINGS, false, told::add)) {
            windows(vectors).forEach(window -> rows.append(window, part(vectors, window)));
            rows.finish();
        }
    }

    /** Writes so many windows more and is interrupted. */
    private void append(Path file, float[][] vectors, int count, boolean resume) {
        try (RowFile<float[]> rows = RowFile.ofVectors(file, SETTINGS, resume, told::add)) {
            int from = (int) rows.rows() / WINDOW;
            windows(vectors).subList(from, from + count).forEach(window -> rows.append(window, part(vectors, window)));
        }
    }

    private static List<Window> windows(float[][] vectors) {
        List<Window> windows = new ArrayList<>();
        for (int from = 0; from < vectors.length; from += WINDOW) {
            int to = Math.min(vectors.length, from + WINDOW);
            windows.add(new Window(from, IntStream.range(from, to).mapToObj(i -> "sentence \u00e9\u65e5 " + i).toList(),
                List.of(), "hash of " + to));
        }
        return windows;
    }

    private static List<float[]> part(float[][] vectors, Window window) {
        return Arrays.asList(vectors).subList((int) window.first(), (int) window.end());
    }

    private static Path unfinished(Path file) {
        return file.resolveSibling("." + file.getFileName() + ".unfinished");
    }

    private static void assertOnlyFile(Path file) throws IOException {
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
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
        try (InputStream stream = RowFileTest.class.getResourceAsStream("/golden/" + name)) {
            return stream.readAllBytes();
        }
    }
}
