package oneword.lora.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"every_type", "no_tensors", "empty_and_scalar", "odd_names"})
    void writesTheBytesOfTheReferenceLibraryWhateverTheOrderGiven(String golden) throws IOException {
        Path path = folder.resolve("written.safetensors");
        try (SafetensorsFile original = SafetensorsFile.open(Golden.file(golden + ".safetensors"))) {
            List<TensorData> tensors = tensorsOf(original);
            Collections.shuffle(tensors, new Random(7));
            long size = SafetensorsWriter.write(path, original.metadata(), tensors);
            assertThat(size).isEqualTo(Files.size(path));
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(Golden.bytes(golden + ".safetensors"));
    }

    @Test
    void writesTheEmbeddedModelAsThePythonLibraryDid() throws IOException {
        Path path = folder.resolve("model.safetensors");
        try (SafetensorsFile model = SafetensorsFile.open(SafetensorsFileTest.optMini("model.safetensors"))) {
            SafetensorsWriter.write(path, model.metadata(), tensorsOf(model));
        }
        assertThat(Files.mismatch(path, SafetensorsFileTest.optMini("model.safetensors"))).isEqualTo(-1);
    }

    @Test
    void metadataIsSortedAndTensorsAreAlignedToEightBytes() throws IOException {
        byte[] file = write(Map.of("b", "2", "a", "1", "\uffff", "3", "\ud83d\ude00", "4"), List.of());
        String header = new String(file, 8, file.length - 8, StandardCharsets.UTF_8);
        assertThat(header.strip())
                .isEqualTo("{\"__metadata__\":{\"a\":\"1\",\"b\":\"2\",\"\uffff\":\"3\",\"\ud83d\ude00\":\"4\"}}");
        assertThat(file.length % 8).isZero();
    }

    @Test
    void aTensorInPiecesIsWrittenPieceByPieceEachDrawnAfterTheLastWasWritten() throws IOException {
        List<Integer> drawnAt = new ArrayList<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Supplier<Iterable<ByteBuffer>> pieces = () -> () -> Stream.of(1.0, -2.0, 3.0)
                .map(number -> {
                    drawnAt.add(out.size());
                    return Golden.encode(DType.F32, number);
                }).iterator();
        SafetensorsWriter.write(Channels.newChannel(out), Map.of(),
                List.of(new TensorData("pieces", DType.F32, new long[] {3}, pieces)));
        int data = out.size() - 12;
        assertThat(drawnAt).containsExactly(data, data + 4, data + 8);
        assertThat(ByteBuffer.wrap(out.toByteArray(), data, 12)).isEqualTo(Golden.encode(DType.F32, 1, -2, 3));
    }

    @Test
    void theCallersBufferKeepsItsPosition() throws IOException {
        ByteBuffer bytes = Golden.encode(DType.I16, 9, 1, 2);
        bytes.position(2);
        write(Map.of(), List.of(TensorData.of("t", DType.I16, new long[] {2}, () -> bytes)));
        assertThat(bytes.position()).isEqualTo(2);
    }

    @Test
    void aChannelThatTakesThreeBytesAtATimeGetsThemAll() throws IOException {
        List<TensorData> tensors = List.of(tensor("a", 5), tensor("b", 2));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter.write(new LimitedChannel(out, 3, Integer.MAX_VALUE), Map.of("k", "v"), tensors);
        assertThat(out.toByteArray()).isEqualTo(write(Map.of("k", "v"), tensors));
    }

    @Test
    void aFullDiskIsToldAtWhateverByteItComes() throws IOException {
        List<TensorData> tensors = List.of(tensor("a", 5), tensor("b", 2));
        int size = write(Map.of(), tensors).length;
        for (int room = 0; room < size; room++) {
            WritableByteChannel full = new LimitedChannel(new ByteArrayOutputStream(), 16, room);
            assertThatThrownBy(() -> SafetensorsWriter.write(full, Map.of(), tensors))
                    .as("room for %d bytes", room).isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");
        }
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
        Path path = folder.resolve("adapter_model.safetensors");
        SafetensorsWriter.write(path, Map.of(), List.of(tensor("old", 3)));
        byte[] old = Files.readAllBytes(path);
        TensorData broken = TensorData.of("broken", DType.U8, new long[] {3}, () -> {
            throw new IllegalStateException("the engine is gone");
        });
        assertThatThrownBy(() -> SafetensorsWriter.write(path, Map.of(), List.of(tensor("a", 2), broken)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(Files.readAllBytes(path)).isEqualTo(old);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(path);
        }
    }

    @Test
    void aMappedFileMayBeReplacedByItsOwnTensors() throws IOException {
        Path path = folder.resolve("model.safetensors");
        SafetensorsWriter.write(path, Map.of(), List.of(tensor("a", 3), tensor("b", 4)));
        byte[] before = Files.readAllBytes(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            ByteBuffer a = file.map("a");
            SafetensorsWriter.write(path, Map.of(), tensorsOf(file));
            assertThat(a).isEqualTo(ByteBuffer.wrap(new byte[] {0, 1, 2}));
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
    }

    @Test
    void aFolderThatDoesNotExistIsTold() {
        assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("none/x.safetensors"), Map.of(), List.of()))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContainingAll("x.safetensors", "cannot be written", "check that its folder exists");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4})
    void buffersThatDoNotFillTheShapeAreAMistake(int given) {
        TensorData wrong = TensorData.of("t", DType.U8, new long[] {3}, () -> ByteBuffer.allocate(given));
        assertThatThrownBy(() -> write(Map.of(), List.of(wrong))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("t: U8[3] takes 3 bytes", Integer.toString(given));
    }

    @Test
    void namesThatTheFormatCannotHoldAreAMistake() {
        assertThatThrownBy(() -> tensor("__metadata__", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> write(Map.of(), List.of(tensor("a", 1), tensor("a", 2))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("two tensors are named a");
        assertThatThrownBy(() -> write(Map.of(), List.of(tensor("half \ud800 a pair", 1))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not valid Unicode");
        assertThatThrownBy(() -> TensorData.of("t", DType.F32, new long[] {-1}, () -> ByteBuffer.allocate(0)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[-1]");
    }

    private static byte[] write(Map<String, String> metadata, Collection<TensorData> tensors) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long size = SafetensorsWriter.write(Channels.newChannel(out), metadata, tensors);
        assertThat(size).isEqualTo(out.size());
        return out.toByteArray();
    }

    private static TensorData tensor(String name, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return TensorData.of(name, DType.U8, new long[] {length}, () -> ByteBuffer.wrap(bytes));
    }

    private static List<TensorData> tensorsOf(WeightSource source) {
        List<TensorData> tensors = new ArrayList<>();
        for (String name : source.names().stream().sorted(Comparator.reverseOrder()).toList()) {
            TensorInfo info = source.info(name);
            tensors.add(new TensorData(name, info.dtype(), info.shape(), () -> source.mapChunks(name, 4096)));
        }
        return tensors;
    }

    /** Takes a few bytes per call, and fails when there is no room left. */
    private static final class LimitedChannel implements WritableByteChannel {
        private final ByteArrayOutputStream out;
        private final int perCall;
        private final int room;

        LimitedChannel(ByteArrayOutputStream out, int perCall, int room) {
            this.out = out;
            this.perCall = perCall;
            this.room = room;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int n = Math.min(Math.min(perCall, bytes.remaining()), room - out.size());
            if (n == 0) {
                throw new IOException("No space left on device");
            }
            for (int i = 0; i < n; i++) {
                out.write(bytes.get());
            }
            return n;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // nothing to close
        }
    }
}
