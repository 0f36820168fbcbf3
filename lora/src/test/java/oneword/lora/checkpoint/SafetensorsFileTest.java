package oneword.lora.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsFileTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(value = DType.class, mode = EnumSource.Mode.EXCLUDE, names = {"BOOL", "U8"})
    void readsTheNumbersThatTheReferenceLibraryWrote(DType dtype) {
        String name = dtype.name().toLowerCase(Locale.ROOT);
        try (SafetensorsFile file = SafetensorsFile.open(Golden.file("every_type.safetensors"))) {
            assertThat(file.info(name).dtype()).isEqualTo(dtype);
            assertThat(file.info(name).shape()).containsExactly(2, 3);
            assertThat(file.map(name)).isEqualTo(Golden.encode(dtype, 1, -2, 3, 0, 100, -128));
        }
    }

    @Test
    void readsBytesAndBooleansThatTheReferenceLibraryWrote() {
        try (SafetensorsFile file = SafetensorsFile.open(Golden.file("every_type.safetensors"))) {
            assertThat(file.map("u8")).isEqualTo(ByteBuffer.wrap(new byte[] {0, 127, -1}));
            assertThat(file.map("bool")).isEqualTo(ByteBuffer.wrap(new byte[] {1, 0, 1}));
        }
    }

    @Test
    void namesComeInTheOrderOfTheData() {
        try (SafetensorsFile file = SafetensorsFile.open(Golden.file("every_type.safetensors"))) {
            assertThat(file.names()).containsExactly("i64", "f64", "f32", "i32", "bf16", "f16", "i16", "i8",
                    "u8", "bool");
            assertThat(file.names().stream().map(file::info).map(TensorInfo::offset)).isSorted();
        }
    }

    @Test
    void readsMetadataAndNamesThatNeedEscapes() {
        try (SafetensorsFile file = SafetensorsFile.open(Golden.file("odd_names.safetensors"))) {
            assertThat(file.metadata()).containsOnly(
                    Map.entry("key \"\\\n\u001f\u00e9\ud83d\ude00", "value \t\u007f\u2029"));
            assertThat(file.names()).contains("", " ", "\"\\/",
                    "\0\u0001\b\t\n\f\r\u001f\u007f\u2028", "z\ud83d\ude00");
            assertThat(file.map("a.10").getFloat()).isEqualTo(3);
        }
    }

    @Test
    void aFileWithoutTensorsHasNoNamesAndNoMetadata() {
        try (SafetensorsFile file = SafetensorsFile.open(Golden.file("no_tensors.safetensors"))) {
            assertThat(file.names()).isEmpty();
            assertThat(file.metadata()).isEmpty();
            assertThatThrownBy(() -> file.map("x")).isInstanceOf(WeightFileException.class)
                    .hasMessageContaining("it holds none at all");
        }
    }

    @Test
    void aScalarHasOneElementAndAShapeWithZeroHasNone() {
        try (SafetensorsFile file = SafetensorsFile.open(Golden.file("empty_and_scalar.safetensors"))) {
            assertThat(file.info("scalar").shape()).isEmpty();
            assertThat(file.info("scalar").elements()).isEqualTo(1);
            assertThat(file.map("scalar").getFloat()).isEqualTo(2.5f);
            assertThat(file.info("no_rows").shape()).containsExactly(0, 3);
            assertThat(file.map("no_rows").remaining()).isZero();
            assertThat(file.map("no_columns").isDirect()).isTrue();
            assertThat(file.mapChunks("no_columns", 2)).hasSize(1);
            assertThat(file.map("last").get()).isEqualTo((byte) 7);
        }
    }

    @Test
    void aBufferIsDirectReadOnlyLittleEndianAndExactlyTheTensor() {
        try (SafetensorsFile file = SafetensorsFile.open(Golden.file("every_type.safetensors"))) {
            ByteBuffer buffer = file.map("f32");
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            assertThat(buffer.position()).isZero();
            assertThat(buffer.limit()).isEqualTo(24).isEqualTo(buffer.capacity());
            assertThat(buffer.isReadOnly()).isTrue();
            assertThatThrownBy(() -> buffer.put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
        }
    }

    @Test
    void eachCallGivesAPositionOfItsOwn() {
        try (SafetensorsFile file = SafetensorsFile.open(Golden.file("every_type.safetensors"))) {
            file.map("f32").getLong();
            assertThat(file.map("f32").position()).isZero();
        }
    }

    @Test
    void aBufferOutlivesItsSourceAndAClosedSourceGivesNoMore() {
        SafetensorsFile file = SafetensorsFile.open(Golden.file("every_type.safetensors"));
        ByteBuffer buffer = file.map("f32");
        file.close();
        file.close();
        assertThat(buffer.getFloat(4)).isEqualTo(-2);
        assertThatThrownBy(() -> file.map("f32")).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> file.mapChunks("f32", 8)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aCopyGoesWhereTheBufferStandsAndLeavesItBehindTheTensor() {
        try (SafetensorsFile file = SafetensorsFile.open(Golden.file("every_type.safetensors"))) {
            ByteBuffer copy = ByteBuffer.allocateDirect(50).position(2);
            file.read("f32", copy);
            assertThat(copy.position()).isEqualTo(26);
            assertThat(copy.slice(2, 24)).isEqualTo(file.map("f32"));
            assertThatThrownBy(() -> file.read("f64", copy)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("room for 24 bytes", "f64", "48");
        }
    }

    @Test
    void aFileThatIsCutWhileItIsReadIsToldInPlaceOfACrash() throws IOException {
        Path path = Files.copy(Golden.file("every_type.safetensors"), folder.resolve("cut.safetensors"));
        try (SafetensorsFile file = SafetensorsFile.open(path);
                RandomAccessFile writer = new RandomAccessFile(path.toFile(), "rw")) {
            writer.setLength(file.info("f32").offset() + 4);
            assertThatThrownBy(() -> file.read("f32", ByteBuffer.allocateDirect(24)))
                    .isInstanceOf(WeightFileException.class).hasMessageContaining("do not change it while it is read");
        }
    }

    @Test
    void chunksAreWholeElementsInOrder() {
        try (SafetensorsFile file = SafetensorsFile.open(Golden.file("every_type.safetensors"))) {
            List<ByteBuffer> chunks = file.mapChunks("f64", 20);
            assertThat(chunks).extracting(ByteBuffer::remaining).containsExactly(16, 16, 16);
            assertThat(chunks.get(2).getDouble(8)).isEqualTo(-128);
            assertThat(file.mapChunks("f32", 20)).extracting(ByteBuffer::remaining).containsExactly(20, 4);
            assertThat(file.mapChunks("f32", 24)).containsExactly(file.map("f32"));
            assertThatThrownBy(() -> file.mapChunks("f64", 7)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aTensorBeyondTwoGibibytesComesInChunksAndOneBehindItInOnePiece() throws IOException {
        long length = Integer.MAX_VALUE + 9L;
        byte[] header = ("{\"big\":{\"dtype\":\"U8\",\"shape\":[" + length + "],\"data_offsets\":[0," + length + "]},"
                + "\"after\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[" + length + "," + (length + 2) + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        Path path = folder.resolve("big.safetensors");
        assumeTrue(Files.getFileStore(folder).getUsableSpace() > 4L << 30, "needs room for a sparse file of 2 GiB");
        try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
            sparse.writeLong(Long.reverseBytes(header.length));
            sparse.write(header);
            sparse.seek(Long.BYTES + header.length + length - 1);
            sparse.write(new byte[] {5, 6, 7});
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThatThrownBy(() -> file.map("big")).isInstanceOf(WeightFileException.class)
                    .hasMessageContainingAll("big.safetensors", "'big'", "2147483656", "mapChunks");
            List<ByteBuffer> chunks = file.mapChunks("big", 1 << 30);
            assertThat(chunks).extracting(ByteBuffer::remaining).containsExactly(1 << 30, 1 << 30, 8);
            assertThat(chunks.get(2).get(7)).isEqualTo((byte) 5);
            assertThat(file.map("after")).isEqualTo(ByteBuffer.wrap(new byte[] {6, 7}));
        }
    }

    @Test
    void anUnknownNameIsToldWithNamesLikeIt() {
        try (SafetensorsFile file = SafetensorsFile.open(optMini("model.safetensors"))) {
            assertThatThrownBy(() -> file.info("decoder.layers.0.fc1.weight")).isInstanceOf(WeightFileException.class)
                    .hasMessageContainingAll("model.safetensors", "'decoder.layers.0.fc1.weight'", "it holds 132",
                            "'model.decoder.layers.0.fc1.weight'", "check that the weights belong to this model");
        }
    }

    @Test
    void aMissingFileAndAFolderAreRefused() {
        assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("none"))).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("there is no such file");
        assertThatThrownBy(() -> SafetensorsFile.open(folder)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("expected a file");
    }

    @Test
    void readsTheEmbeddedModel() {
        try (SafetensorsFile file = SafetensorsFile.open(optMini("model.safetensors"))) {
            requireOptMini(file);
            assertThat(file.metadata()).containsEntry("format", "pt");
        }
    }

    @Test
    void theSharedModelIsTheEmbeddedOne() {
        Path shared = Path.of(System.getProperty("oneword.root"))
                .resolve("../shared/models/opt-mini/model.safetensors");
        assumeTrue(Files.exists(shared), "needs ../shared/models/opt-mini");
        try (SafetensorsFile file = SafetensorsFile.open(shared);
                SafetensorsFile embedded = SafetensorsFile.open(optMini("model.safetensors"))) {
            requireOptMini(file);
            assertThat(file.names()).containsExactlyElementsOf(embedded.names());
            assertThat(file.names()).allSatisfy(name -> assertThat(file.map(name)).isEqualTo(embedded.map(name)));
        }
    }

    /** Shapes and a value as the Python library gives them. */
    static void requireOptMini(WeightSource weights) {
        assertThat(weights.names()).hasSize(132);
        TensorInfo tokens = weights.info("model.decoder.embed_tokens.weight");
        assertThat(tokens.dtype()).isEqualTo(DType.F16);
        assertThat(tokens.shape()).containsExactly(8192, 256);
        assertThat(weights.info("model.decoder.layers.0.fc2.weight").shape()).containsExactly(256, 1024);
        // 0.1156005859375 = 1.849609375 * 2^-4: exponent 15 - 4, fraction 0.849609375 * 1024
        assertThat(weights.map(tokens.name()).getShort()).isEqualTo((short) ((11 << 10) + 870));
    }

    static Path optMini(String name) {
        return Path.of(System.getProperty("oneword.root")).resolve("models/opt-mini").resolve(name);
    }
}
