package oneword.lora.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorchPickleFileTest {
    @ParameterizedTest
    @ValueSource(strings = {"every_type.bin", "every_type_legacy.bin"})
    void readsTheNumbersThatTorchWroteInEveryType(String golden) {
        try (TorchPickleFile file = TorchPickleFile.open(Golden.file(golden))) {
            assertThat(file.names()).hasSize(DType.values().length);
            for (DType dtype : DType.values()) {
                String name = dtype.name().toLowerCase(Locale.ROOT);
                assertThat(file.info(name).dtype()).isEqualTo(dtype);
                double[] numbers = switch (dtype) {
                    case BOOL -> new double[] {1, 0, 1};
                    case U8 -> new double[] {0, 127, 255};
                    default -> new double[] {1, -2, 3, 0, 100, -128};
                };
                assertThat(file.map(name)).as(name).isEqualTo(Golden.encode(dtype, numbers));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"views.bin", "views_protocol4.bin", "views_legacy.bin", "views_legacy_protocol4.bin"})
    void readsParametersTiedWeightsAndViews(String golden) {
        try (TorchPickleFile file = TorchPickleFile.open(Golden.file(golden))) {
            assertThat(file.names()).containsExactly("weight", "tied", "transposed", "slice", "rows", "column",
                    "every_third", "permuted", "swapped_halves", "scalar", "empty", "one_row");
            require(file, "weight", DType.F32, new long[] {2, 2}, 1, -2, 3, 0);
            require(file, "tied", DType.F32, new long[] {2, 2}, 1, -2, 3, 0);
            require(file, "slice", DType.I32, new long[] {4}, 3, 4, 5, 6);
            require(file, "rows", DType.I64, new long[] {2, 3}, 3, 4, 5, 6, 7, 8);
            require(file, "scalar", DType.F32, new long[] {}, 2.5);
            require(file, "empty", DType.F32, new long[] {0, 3});
            require(file, "one_row", DType.I64, new long[] {1, 5}, 0, 1, 2, 3, 4);
            assertThat(file.info("tied").offset()).isEqualTo(file.info("weight").offset());
            assertThat(file.info("rows").offset()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"views.bin", "views_legacy.bin"})
    void gathersTensorsWhoseElementsAreNotOneRun(String golden) {
        try (TorchPickleFile file = TorchPickleFile.open(Golden.file(golden))) {
            require(file, "transposed", DType.F32, new long[] {3, 2}, 0, 3, 1, 4, 2, 5);
            require(file, "column", DType.I64, new long[] {4}, 1, 4, 7, 10);
            require(file, "every_third", DType.F64, new long[] {3}, 0, 3, 6);
            require(file, "swapped_halves", DType.F16, new long[] {2, 2}, 1, 3, -2, 0);
            require(file, "permuted", DType.I8, new long[] {4, 2, 3}, 0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21,
                    2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23);
            for (String name : List.of("transposed", "column", "every_third", "swapped_halves", "permuted")) {
                assertThat(file.info(name).offset()).as(name).isEqualTo(TensorInfo.SCATTERED);
            }
        }
    }

    @Test
    void aGatheredTensorComesInChunksToo() {
        try (TorchPickleFile file = TorchPickleFile.open(Golden.file("views.bin"))) {
            List<ByteBuffer> chunks = file.mapChunks("transposed", 11);
            assertThat(chunks).hasSize(3).allSatisfy(chunk -> {
                assertThat(chunk.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
                assertThat(chunk.isReadOnly()).isTrue();
            });
            assertThat(chunks.get(1)).isEqualTo(Golden.encode(DType.F32, 1, 4));
            assertThat(file.mapChunks("weight", 8)).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"weight", "transposed"})
    void aBufferIsDirectReadOnlyAndLittleEndian(String name) {
        try (TorchPickleFile file = TorchPickleFile.open(Golden.file("views.bin"))) {
            ByteBuffer buffer = file.map(name);
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            assertThat(buffer.position()).isZero();
            assertThatThrownBy(() -> buffer.put((byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
        }
    }

    @Test
    void aBufferOutlivesItsSourceAndAClosedSourceGivesNoMore() {
        TorchPickleFile file = TorchPickleFile.open(Golden.file("views.bin"));
        ByteBuffer buffer = file.map("weight");
        file.close();
        assertThat(buffer.getFloat(4)).isEqualTo(-2);
        assertThatThrownBy(() -> file.map("weight")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> file.map("transposed")).isInstanceOf(IllegalStateException.class);
        ByteBuffer room = ByteBuffer.allocate(64);
        assertThatThrownBy(() -> file.read("weight", room)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> file.read("transposed", room)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void torchAlignsStoragesOfZipArchivesToSixtyFourBytes() {
        try (TorchPickleFile file = TorchPickleFile.open(Golden.file("every_type.bin"))) {
            assertThat(file.names()).allSatisfy(name -> assertThat(file.info(name).offset() % 64).isZero());
        }
    }

    @Test
    void readsAnArchiveWhoseSizesStandInZip64Fields() {
        try (TorchPickleFile file = TorchPickleFile.open(Golden.file("zip64.bin"))) {
            require(file, "a", DType.U8, new long[] {2}, 1, 2);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', value = {
        "attack|imports 'posix.system', which weights do not need; nothing of it was run",
        "attack_legacy|imports 'posix.system'",
        "uint16|imports 'torch._utils._rebuild_tensor_v3'",
        "float8|imports 'torch._utils._rebuild_tensor_v3'",
        "complex|imports 'torch.ComplexFloatStorage'",
        "conjugate|imports 'torch.ComplexFloatStorage'",
        "sparse|imports 'torch._utils._rebuild_sparse_tensor'",
        "module|imports 'torch.nn.modules.linear.Linear'",
        "negative|a tensor has metadata",
        "expanded|tensor 'a' of shape [1000] and strides [0] from element 0 does not lie in its storage of 1 elements",
        "nested|its entry 'state_dict' is a dict; save model.state_dict() alone",
        "number|its entry 'epoch' is a whole number",
        "unnamed|its entry '0' is a tensor",
        "storage|its entry 'a' is a storage",
        "tensor|the file holds a tensor",
        "list|the file holds a list",
        "deflated|is compressed (method 8)",
        "script|is a TorchScript program, expected a state dict",
    })
    void whatIsNotAStateDictOfPlainTensorsIsRefusedByName(String golden, String reason) {
        Path path = Golden.file("refused_" + golden + ".bin");
        assertThatThrownBy(() -> TorchPickleFile.open(path)).isInstanceOf(WeightFileException.class)
                .hasMessageStartingWith(path + ": ").hasMessageContaining(reason);
    }

    @Test
    void anUnknownNameIsTold() {
        try (TorchPickleFile file = TorchPickleFile.open(Golden.file("small.bin"))) {
            assertThatThrownBy(() -> file.map("b")).isInstanceOf(WeightFileException.class)
                    .hasMessageContainingAll("small.bin", "'b'", "it holds 1, such as 'a'");
            assertThat(file.file("a")).isEqualTo(Golden.file("small.bin"));
        }
    }

    private static void require(WeightSource file, String name, DType dtype, long[] shape, double... numbers) {
        ByteBuffer expected = ByteBuffer.allocate(numbers.length * dtype.size()).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(numbers).forEach(number -> expected.put(Golden.encode(dtype, number)));
        assertThat(file.info(name).dtype()).as(name).isEqualTo(dtype);
        assertThat(file.info(name).shape()).as(name).containsExactly(shape);
        assertThat(file.map(name)).as(name).isEqualTo(expected.flip());
        ByteBuffer copy = ByteBuffer.allocateDirect(expected.remaining());
        file.read(name, copy);
        assertThat(copy.flip()).as("copy of %s", name).isEqualTo(expected);
    }
}
