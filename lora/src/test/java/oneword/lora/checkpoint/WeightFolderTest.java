package oneword.lora.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightFolderTest {
    private static final String INDEX = "model.safetensors.index.json";

    @TempDir
    private Path folder;

    @Test
    void readsASingleFile() {
        Path model = SafetensorsFileTest.optMini("model.safetensors");
        try (WeightFolder weights = WeightFolder.open(model.getParent())) {
            SafetensorsFileTest.requireOptMini(weights);
            assertThat(weights.files()).containsExactly(model);
            assertThat(weights.file("model.decoder.embed_tokens.weight")).isEqualTo(model);
        }
    }

    @Test
    void readsEachTensorFromTheShardItIsMappedTo() throws IOException {
        shard("model-00001-of-00002.safetensors", 1, "a", "b");
        shard("model-00002-of-00002.safetensors", 2, "b", "c");
        index("{\"metadata\": {\"total_size\": 3.0}, \"weight_map\": {\"c\": \"model-00002-of-00002.safetensors\","
                + "\"a\": \"model-00001-of-00002.safetensors\", \"b\": \"model-00002-of-00002.safetensors\"}}");
        try (WeightFolder weights = WeightFolder.open(folder)) {
            assertThat(weights.names()).containsExactly("a", "b", "c");
            assertThat(weights.map("a").get()).isEqualTo((byte) 1);
            assertThat(weights.map("b").get()).isEqualTo((byte) 2);
            assertThat(weights.mapChunks("c", 1)).containsExactly(ByteBuffer.wrap(new byte[] {2}));
            assertThat(weights.info("b").dtype()).isEqualTo(DType.U8);
            assertThat(weights.file("b")).isEqualTo(folder.resolve("model-00002-of-00002.safetensors"));
            assertThat(weights.files()).extracting(path -> path.getFileName().toString())
                    .containsExactly(INDEX, "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
            assertThatThrownBy(() -> weights.map("d")).isInstanceOf(WeightFileException.class)
                    .hasMessageContainingAll(INDEX, "'d'", "it holds 3");
        }
    }

    @Test
    void aShardMayBeALinkAsInTheHubsCache() throws IOException {
        Path blobs = Files.createDirectory(folder.resolve("blobs"));
        Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
        SafetensorsWriter.write(blobs.resolve("5f2c"), Map.of(), List.of(tensor("a", 1)));
        Files.createSymbolicLink(snapshot.resolve("s.safetensors"), Path.of("../blobs/5f2c"));
        Files.writeString(snapshot.resolve(INDEX), "{\"weight_map\": {\"a\": \"s.safetensors\"}}");
        try (WeightFolder weights = WeightFolder.open(snapshot)) {
            assertThat(weights.map("a").get()).isEqualTo((byte) 1);
        }
    }

    @Test
    void theSingleFileGoesBeforeShards() throws IOException {
        shard("model.safetensors", 1, "a");
        index("not read");
        try (WeightFolder weights = WeightFolder.open(folder)) {
            assertThat(weights.names()).containsExactly("a");
        }
    }

    @Test
    void readsASinglePickle() throws IOException {
        Files.copy(Golden.file("small.bin"), folder.resolve("pytorch_model.bin"));
        try (WeightFolder weights = WeightFolder.open(folder)) {
            assertThat(weights.map("a")).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
        }
    }

    @Test
    void readsPicklesInShards() throws IOException {
        Files.copy(Golden.file("small.bin"), folder.resolve("pytorch_model-00001-of-00002.bin"));
        Files.copy(Golden.file("views_legacy.bin"), folder.resolve("pytorch_model-00002-of-00002.bin"));
        Files.writeString(folder.resolve("pytorch_model.bin.index.json"), "{\"metadata\": {\"total_size\": 10},"
                + "\"weight_map\": {\"a\": \"pytorch_model-00001-of-00002.bin\","
                + "\"slice\": \"pytorch_model-00002-of-00002.bin\"}}");
        try (WeightFolder weights = WeightFolder.open(folder)) {
            assertThat(weights.names()).containsExactly("a", "slice");
            assertThat(weights.map("slice")).isEqualTo(Golden.encode(DType.I32, 3, 4, 5, 6));
            assertThat(weights.file("slice")).hasFileName("pytorch_model-00002-of-00002.bin");
        }
    }

    @Test
    void safetensorsGoBeforePickles() throws IOException {
        Files.writeString(folder.resolve("pytorch_model.bin"), "not read");
        shard("model-00001-of-00001.safetensors", 1, "a");
        index("{\"weight_map\": {\"a\": \"model-00001-of-00001.safetensors\"}}");
        try (WeightFolder weights = WeightFolder.open(folder)) {
            assertThat(weights.names()).containsExactly("a");
        }
    }

    @Test
    void aShardOfTheOtherKindIsRefused() throws IOException {
        Files.copy(Golden.file("small.bin"), folder.resolve("small.bin"));
        index("{\"weight_map\": {\"a\": \"small.bin\"}}");
        requireRefused("small.bin: the header should have at most");
    }

    @Test
    void aMissingShardIsNamedWithItsTensors() throws IOException {
        shard("one.safetensors", 1, "a");
        index("{\"weight_map\": {\"a\": \"one.safetensors\", \"b\": \"two.safetensors\", \"c\": \"two.safetensors\"}}");
        requireRefused("two.safetensors: this shard is missing, though " + INDEX + " says it holds 2 tensors");
    }

    @Test
    void aTensorThatItsShardDoesNotHoldIsNamed() throws IOException {
        shard("one.safetensors", 1, "a");
        shard("two.safetensors", 1, "b");
        index("{\"weight_map\": {\"a\": \"one.safetensors\", \"b\": \"one.safetensors\"}}");
        requireRefused(INDEX + ": says that tensor 'b' is in one.safetensors, which does not hold it");
    }

    @Test
    void aDamagedShardIsNamed() throws IOException {
        shard("one.safetensors", 1, "a");
        Files.write(folder.resolve("two.safetensors"), new byte[] {1, 2});
        index("{\"weight_map\": {\"a\": \"one.safetensors\", \"b\": \"two.safetensors\"}}");
        requireRefused("two.safetensors: has 2 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../one.safetensors", "/etc/passwd", "sub/one.safetensors", "..", ".", "", "a\\\\b",
        "C:one", "one\\u0000", "..\\\\one.safetensors", "one\\n"})
    void aShardThatIsNotAPlainNameIsRefused(String shard) throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        shard("sub/one.safetensors", 1, "a");
        index("{\"weight_map\": {\"a\": \"" + shard + "\"}}");
        requireRefused("should be the plain name of a file beside the index");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "[]", "{", "{\"weight_map\": {}}", "{}", "{\"weight_map\": []}", "{\"weight_map\": {\"a\": 1}}", "\0",
        "{\"weight_map\": {\"a\": \"one.safetensors\"}} x",
        "{\"weight_map\": {\"a\": \"one.safetensors\", \"a\": \"one.safetensors\"}}",
        "{\"weight_map\": {\"a\": \"one.safetensors\"}, \"weight_map\": {}}",
        "{\"metadata\": {\"x\": 1, \"x\": 2}, \"weight_map\": {\"a\": \"one.safetensors\"}}"})
    void aDamagedIndexIsRefused(String index) throws IOException {
        shard("one.safetensors", 1, "a");
        index(index);
        requireRefused(INDEX);
    }

    @Test
    void anIndexNestedDeepIsRefused() throws IOException {
        index("{\"metadata\": " + "[".repeat(100_000));
        requireRefused("not valid JSON");
    }

    @Test
    void aFolderWithoutWeightsIsToldWithWhatItHolds() throws IOException {
        assertThatThrownBy(() -> WeightFolder.open(folder)).hasMessageContaining("found an empty folder");
        Files.createFile(folder.resolve("config.json"));
        Files.createFile(folder.resolve("flax_model.msgpack"));
        requireRefused("found 'config.json', 'flax_model.msgpack'; download");
        for (int i = 0; i < 30; i++) {
            Files.createFile(folder.resolve("part" + i));
        }
        requireRefused(" and 12 more;");
    }

    @Test
    void aMissingFolderAndAFileAreRefused() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> WeightFolder.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("expected a model folder, found a file");
        assertThatThrownBy(() -> WeightFolder.open(folder.resolve("none"))).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("there is no such folder");
    }

    @Test
    void closingClosesEveryShard() throws IOException {
        shard("one.safetensors", 1, "a");
        shard("two.safetensors", 1, "b");
        index("{\"weight_map\": {\"a\": \"one.safetensors\", \"b\": \"two.safetensors\"}}");
        WeightFolder weights = WeightFolder.open(folder);
        weights.close();
        assertThatThrownBy(() -> weights.map("a")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> weights.map("b")).isInstanceOf(IllegalStateException.class);
    }

    private void requireRefused(String reason) {
        assertThatThrownBy(() -> WeightFolder.open(folder)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining(reason);
    }

    private void index(String json) throws IOException {
        Files.writeString(folder.resolve(INDEX), json);
    }

    private void shard(String name, int value, String... tensors) {
        SafetensorsWriter.write(folder.resolve(name), Map.of(),
                Arrays.stream(tensors).map(tensor -> tensor(tensor, value)).toList());
    }

    private static TensorData tensor(String name, int value) {
        return TensorData.of(name, DType.U8, new long[] {1}, () -> ByteBuffer.wrap(new byte[] {(byte) value}));
    }
}
