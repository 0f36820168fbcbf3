package oneword.lora.checkpoint;

import static oneword.lora.checkpoint.Pickles.CALL;
import static oneword.lora.checkpoint.Pickles.PROTOCOL;
import static oneword.lora.checkpoint.Pickles.REBUILD;
import static oneword.lora.checkpoint.Pickles.STORAGE;
import static oneword.lora.checkpoint.Pickles.storage;
import static oneword.lora.checkpoint.Pickles.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import oneword.lora.checkpoint.PickleValue.PyDict;
import oneword.lora.checkpoint.PickleValue.PyList;
import oneword.lora.checkpoint.PickleValue.PyTuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PickleReaderTest {
    private static final String LONG_SHAPE = "K\4\u0085";
    private static final String STRIDE_ONE = "K\1\u0085";

    @Test
    void readsNumbersOfEveryWidth() {
        assertThat(read("K\u00ff.")).isEqualTo(255L);
        assertThat(read("M\1\u00ff.")).isEqualTo(0xff01L);
        assertThat(read("J\u00fe\u00ff\u00ff\u00ff.")).isEqualTo(-2L);
        assertThat(read("\u008a\0.")).isEqualTo(0L);
        assertThat(read("\u008a\1\u00ff.")).isEqualTo(-1L);
        assertThat(read("\u008a\5\0\0\0\0\1.")).isEqualTo(1L << 32);
        assertThat(read("\u008a\11\0\0\0\0\0\0\0\0\1.")).isEqualTo(BigInteger.ONE.shiftLeft(64));
        assertThat(read("G?\u00f8\0\0\0\0\0\0.")).isEqualTo(1.5);
        assertThat(read("\u0088.")).isEqualTo(true);
        assertThat(read("N.")).isSameAs(PickleValue.NONE);
    }

    @Test
    void readsStringsOfEveryWidth() {
        assertThat(read("X\2\0\0\0\u00c3\u00a9.")).isEqualTo("\u00e9");
        assertThat(read("\u008c\1a.")).isEqualTo("a");
        assertThat(read("\u008d\1\0\0\0\0\0\0\0a.")).isEqualTo("a");
        assertThat(read("\u0095\11\0\0\0\0\0\0\0\u008c\1a.")).isEqualTo("a");
    }

    @Test
    void readsContainersAndTheMemo() {
        assertThat(((PyTuple) read("K\1K\2K\3\u0087.")).items()).containsExactly(1L, 2L, 3L);
        assertThat(((PyTuple) read("(K\1K\2t.")).items()).containsExactly(1L, 2L);
        assertThat(((PyList) read("]K\1a(K\2K\3e.")).items()).containsExactly(1L, 2L, 3L);
        assertThat(((PyDict) read("}K\1K\2s(K\3K\4K\5K\6u.")).entries())
                .containsExactly(Map.entry(1L, 2L), Map.entry(3L, 4L), Map.entry(5L, 6L));
        assertThat(((PyTuple) read("(K\7q\5K\10r\u00ff\u00ff\u00ff\u00ffh\5j\u00ff\u00ff\u00ff\u00fft."))
                .items()).containsExactly(7L, 8L, 7L, 8L);
        assertThat(((PyTuple) read("(K\1\u0094K\2\u0094h\1h\0t.")).items()).containsExactly(1L, 2L, 2L, 1L);
    }

    @Test
    void attributesOfADictAreDropped() {
        String ordered = "ccollections\nOrderedDict\n)R";
        PyDict dict = (PyDict) read(ordered + text("a") + "K\1s}" + text("_metadata") + ordered
                + "sb.");
        assertThat(dict.entries()).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void aSizeIsItsTuple() {
        assertThat(((PyTuple) read("ctorch\nSize\nK\2K\3\u0086\u0085R.")).items()).containsExactly(2L, 3L);
    }

    @ParameterizedTest
    @CsvSource({"os, system", "posix, system", "nt, system", "builtins, eval", "builtins, exec", "builtins, getattr",
        "__builtin__, eval", "subprocess, Popen", "torch, load", "torch.hub, load", "torch.jit, _load",
        "torch, Storage", "torch._utils, _rebuild_tensor", "torch._utils, _rebuild_tensor_v2.__globals__",
        "collections, defaultdict",
        "collections, OrderedDict.__init__", "java.lang, Runtime", "torch, Size.__reduce__", "TORCH, Size", "'', ''"})
    void everyOtherImportIsRefusedByName(String module, String name) {
        String refused = "imports '" + module + "." + name + "', which weights do not need; nothing of it was run";
        requireRefused(PROTOCOL + "c" + module + "\n" + name + "\n(" + text("touch /tmp/x") + "tR.", refused);
        requireRefused("\u0080\4" + text(module) + text(name) + "\u0093)R.", refused);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({"i, INST", "o, OBJ", "\u0081, NEWOBJ", "\u0092, NEWOBJ_EX", "\u0082, EXT1", "\u0083, EXT2",
        "\u0084, EXT4", "P, PERSID", "p, PUT", "g, GET", "d, DICT", "l, LIST", "0, POP", "1, POP_MARK", "2, DUP",
        "I, INT", "L, LONG", "F, FLOAT", "S, STRING", "T, BINSTRING", "U, SHORT_BINSTRING", "V, UNICODE",
        "B, BINBYTES", "C, SHORT_BINBYTES", "\u008b, LONG4", "\u008f, EMPTY_SET", "\u0090, ADDITEMS",
        "\u0091, FROZENSET", "\u008e, BINBYTES8", "\u0096, BYTEARRAY8", "\u0097, NEXT_BUFFER",
        "\u0098, READONLY_BUFFER", "\u00ff, none of pickle's"})
    void everyOtherOpcodeIsRefused(char opcode, String name) {
        requireRefused(PROTOCOL + "}" + opcode + "\n\n.", String.format("opcode 0x%02x is not one", (int) opcode));
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("}.", "does not begin with a protocol"),
                Arguments.of("\u0080\1}.", "protocol 1, expected 2 to 5"),
                Arguments.of("\u0080\6}.", "protocol 6, expected 2 to 5"),
                Arguments.of(PROTOCOL + ".", "its stack is empty"),
                Arguments.of(PROTOCOL + "}}.", "values left over"),
                Arguments.of(PROTOCOL + "(}.", "values left over"),
                Arguments.of(PROTOCOL + "K\1\u0086.", "its stack is empty"),
                Arguments.of(PROTOCOL + "a.", "its stack is empty"),
                Arguments.of(PROTOCOL + "q\0.", "its stack is empty"),
                Arguments.of(PROTOCOL + "K\1s.", "its stack is empty"),
                Arguments.of(PROTOCOL + "t.", "a mark is missing"),
                Arguments.of(PROTOCOL + "}K\1K\2u.", "a mark is missing"),
                Arguments.of(PROTOCOL + "]K\1e.", "a mark is missing"),
                Arguments.of(PROTOCOL + "h\5.", "memo 5 is read before it is written"),
                Arguments.of(PROTOCOL + "j\u00ff\u00ff\u00ff\u00ff.", "memo 4294967295 is read"),
                Arguments.of(PROTOCOL + "}K\1a.", "values are appended to a dict"),
                Arguments.of(PROTOCOL + "]K\1K\2s.", "put into a list"),
                Arguments.of(PROTOCOL + "}(K\1u.", "1 keys and values are put into a dict"),
                Arguments.of(PROTOCOL + "})K\1s.", "a dict has a tuple as a key"),
                Arguments.of(PROTOCOL + "}q\0h\0K\1s.", "a dict has a dict as a key"),
                Arguments.of(PROTOCOL + "}K\1K\2sK\1K\2s.", "a dict has the key '1' twice"),
                Arguments.of(PROTOCOL + "]}b.", "attributes are put on a list"),
                Arguments.of(PROTOCOL + "})b.", "the attributes of an object is a tuple"),
                Arguments.of(PROTOCOL + text("os.system") + ")R.", "what is called is a string"),
                Arguments.of(PROTOCOL + "ctorch\nSize\n]R.", "the arguments of a call is a list"),
                Arguments.of(PROTOCOL + "ctorch\nByteStorage\n)R.", "torch.ByteStorage is called"),
                Arguments.of(PROTOCOL + "ccollections\nOrderedDict\n]\u0085R.", "is called with 1 arguments"),
                Arguments.of(PROTOCOL + "ctorch\nSize\n]\u0085R.", "argument 0 of torch.Size is a list"),
                Arguments.of(PROTOCOL + "ctorch._utils\n_rebuild_parameter\n(NNNtR.", "_rebuild_parameter is None"),
                Arguments.of(PROTOCOL + "K\1K\2\u0093.", "the name of an import is a whole number"),
                Arguments.of(PROTOCOL + "c" + "a".repeat(300) + "\nb\n.", "an import is longer than 256 bytes"),
                Arguments.of(PROTOCOL + "X\2\0\0\0\u00ff\u00ff.", "is not UTF-8"),
                Arguments.of(PROTOCOL + "(".repeat(257) + ".", "marks are nested deeper than 256"));
    }

    static Stream<Arguments> malformedTensors() {
        String bytes = "ctorch\nByteStorage\n";
        return Stream.of(
                Arguments.of(REBUILD + "(" + STORAGE + "tR", "is called with 1 arguments"),
                Arguments.of(REBUILD + "(NK\0" + LONG_SHAPE + STRIDE_ONE + CALL, "argument 0 of"),
                Arguments.of(REBUILD + "(" + STORAGE + ")" + LONG_SHAPE + STRIDE_ONE + CALL, "argument 1 of"),
                Arguments.of(REBUILD + "(" + STORAGE + "K\0K\4" + STRIDE_ONE + CALL, "argument 2 of"),
                Arguments.of(REBUILD + "(" + STORAGE + "K\0" + LONG_SHAPE + "N" + CALL, "argument 3 of"),
                Arguments.of(REBUILD + "(" + STORAGE + "K\0N\u0085" + STRIDE_ONE + CALL,
                        "a shape or stride holds None"),
                Arguments.of(text("0") + "Q", "a persistent id is a string"),
                Arguments.of(")Q", "a persistent id is not"),
                Arguments.of("(" + text("module") + bytes + text("0") + text("cpu") + "K\4tQ",
                        "a persistent id is not"),
                Arguments.of(storage("ccollections\nOrderedDict\n", text("0"), "K\4"), "a persistent id is not"),
                Arguments.of(storage(text("torch.ByteStorage"), text("0"), "K\4"), "a persistent id is not"),
                Arguments.of(storage(bytes, "K\0", "K\4"), "a persistent id is not"),
                Arguments.of(storage(bytes, text("0"), "N"), "a persistent id is not"),
                Arguments.of(storage(bytes, text("0"), "K\4" + text("view")), "or is a view of another"),
                Arguments.of(storage(bytes, text("0"), "J\u00ff\u00ff\u00ff\u00ff"), "storage '0' has -1 elements"),
                Arguments.of(storage("ctorch\nLongStorage\n", text("0"), "\u008a\10\0\0\0\0\0\0\0@"),
                        "storage '0' has 4611686018427387904 elements"),
                Arguments.of(STORAGE + storage("ctorch\nCharStorage\n", text("0"), "K\4"),
                        "storage '0' is U8[4] in one place and I8[4] in another"),
                Arguments.of(STORAGE + storage(bytes, text("0"), "K\3"), "is U8[4] in one place and U8[3] in another"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aPickleThatGoesWrongIsRefusedWithTheReason(String pickle, String reason) {
        requireRefused(pickle, reason);
    }

    @ParameterizedTest
    @MethodSource("malformedTensors")
    void aTensorThatIsNotAsTorchWritesItIsRefusedWithTheReason(String value, String reason) {
        requireRefused(Pickles.dict(value), reason);
    }

    @Test
    void aPickleThatGoesOnBehindItsEndAsksForMore() {
        for (String pickle : List.of("", PROTOCOL + "}", PROTOCOL + "cos\nsystem",
                PROTOCOL + "X\u00ff\u00ff\u00ff\u00ffa.",
                PROTOCOL + "\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffa.", PROTOCOL + "\u008a\u00ff\1.")) {
            ByteBuffer bytes = ByteBuffer.wrap(Pickles.bytes(pickle));
            assertThatThrownBy(() -> PickleReader.read(Path.of("model.bin"), bytes, new HashMap<>()))
                    .as(pickle).isInstanceOf(BufferUnderflowException.class);
        }
    }

    @Test
    void theMillionthValueIsTheLastOneMade() {
        for (String bomb : List.of("]", "q\0", "h\0", ")\u0085q\1")) {
            requireRefused(PROTOCOL + "}q\0(N" + bomb.repeat(1_000_000) + "t.", "it makes more than 1000000 values");
        }
    }

    @Test
    void callsCountByTheDimensionsTheyMake() {
        String shape = "(" + "K\1".repeat(200) + "t";
        String arguments = "(" + STORAGE + "K\0" + shape + "q\1h\1\u0089}tq\2";
        requireRefused(PROTOCOL + REBUILD + "q\0" + arguments + "(" + "h\0h\2R".repeat(3_000) + "t.",
                "it makes more than 1000000 values");
    }

    @Test
    void whatNestsDeepOrHoldsItselfIsReadWithoutRecursion() {
        int depth = 200_000;
        assertThat(read("]".repeat(depth) + "a".repeat(depth - 1) + ".")).isInstanceOf(PyList.class);
        assertThat(read(")" + "\u0085".repeat(depth) + ".")).isInstanceOf(PyTuple.class);
        PyList self = (PyList) read("]q\0h\0a.");
        assertThat(self.items().get(0)).isSameAs(self);
    }

    @ParameterizedTest
    @ValueSource(strings = {"K\1.", "}."})
    void stopsBehindItsLastByte(String pickle) {
        ByteBuffer bytes = ByteBuffer.wrap(Pickles.bytes(PROTOCOL + pickle + "more"));
        PickleReader.read(Path.of("model.bin"), bytes, new HashMap<>());
        assertThat(bytes.remaining()).isEqualTo(4);
    }

    private static Object read(String body) {
        ByteBuffer pickle = ByteBuffer.wrap(Pickles.bytes(PROTOCOL + body));
        return PickleReader.read(Path.of("model.bin"), pickle, new HashMap<>());
    }

    private static void requireRefused(String pickle, String reason) {
        ByteBuffer bytes = ByteBuffer.wrap(Pickles.bytes(pickle));
        assertThatThrownBy(() -> PickleReader.read(Path.of("model.bin"), bytes, new HashMap<>()))
                .isInstanceOf(WeightFileException.class)
                .hasMessageStartingWith("model.bin: ").hasMessageContaining(reason);
    }
}
