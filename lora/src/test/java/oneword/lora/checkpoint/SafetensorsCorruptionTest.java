package oneword.lora.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsCorruptionTest {
    private static final String A = "\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}";

    @TempDir
    private Path folder;
    private Path path;
    private HostileFiles hostile;

    @BeforeEach
    void nameTheFile() {
        path = folder.resolve("model.safetensors");
        hostile = new HostileFiles(path, SafetensorsFile::open);
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        hostile.requireRefusedAtEveryLength(Golden.bytes("empty_and_scalar.safetensors"));
    }

    @Test
    void everyFlippedBitOfLengthAndHeaderIsReadOrRefused() throws IOException {
        byte[] bytes = Golden.bytes("empty_and_scalar.safetensors");
        int end = 8 + (int) headerLength(bytes);
        assertThat(hostile.refusedOfEveryBitFlipped(bytes, 0, 8)).isEqualTo(64);
        assertThat(hostile.refusedOfEveryBitFlipped(bytes, 8, end)).isGreaterThan(8 * (end - 8) / 2);
    }

    @Test
    void everySignOfJsonInPlaceOfEveryByteIsReadOrRefused() throws IOException {
        byte[] bytes = file("{" + A + "}", 4);
        assertThat(hostile.reads(bytes, "undamaged")).isTrue();
        hostile.tryInPlaceOfEveryByte("{}[]:,\"\\/-+.eE0159tfnu \n\0\u007f\u0080\u00c3\u00ff", bytes, 0,
                bytes.length - 4);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 100_000_001, Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -1, -8})
    void aWrongHeaderLengthIsRefused(long length) throws IOException {
        byte[] bytes = file("{" + A + "}", 4);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        requireRefused(bytes, "header");
    }

    @Test
    void aHeaderLengthJustBeyondTheFileIsRefusedWithBothNumbers() throws IOException {
        byte[] bytes = file("{" + A + "}", 4);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(bytes.length - 7);
        requireRefused(bytes, "should have " + (bytes.length - 7) + " bytes, the file has only " + (bytes.length - 8));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '^', delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
        {"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}|5|begins at byte
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},\
        "b":{"dtype":"U8","shape":[3],"data_offsets":[2,5]}}|5|overlap
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},\
        "b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}|4|overlap
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},\
        "b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}|6|hole
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}|5|the tensors end at byte
        {}|1|the tensors end at byte
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}|4|do not lie in the 4 bytes
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,5]}}|4|do not lie in the 4 bytes
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,9223372036854775807]}}|4|do not lie
        {"a":{"dtype":"F32","shape":[4],"data_offsets":[0,4]}}|4|F32 of shape [4] needs 16 bytes
        {"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}|4|shape holds -4
        {"a":{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}}|0|shape holds -0
        {"a":{"dtype":"U8","shape":[-2,-2],"data_offsets":[0,4]}}|4|shape holds -2
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[-4,0]}}|4|data_offsets holds -4
        {"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}|0|overflows
        {"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}|0|overflows
        {"a":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,0]}}|0|18446744073709551616
        {"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,0]}}|0|9223372036854775808
        {"a":{"dtype":"U8","shape":[1e1],"data_offsets":[0,10]}}|10|a fraction
        {"a":{"dtype":"U8","shape":[4.0],"data_offsets":[0,4]}}|4|a fraction
        {"a":{"dtype":"U8","shape":["4"],"data_offsets":[0,4]}}|4|found a string
        {"a":{"dtype":"U8","shape":4,"data_offsets":[0,4]}}|4|should be an array
        {"a":{"dtype":"U8","shape":null,"data_offsets":[0,4]}}|4|found null
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[0]}}|4|two data_offsets
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,4]}}|4|more than 2
        {"a":{"dtype":"U8","shape":[4]}}|4|should have dtype, shape and two data_offsets
        {"a":{"dtype":"U8","data_offsets":[0,4]}}|4|should have dtype
        {"a":{"shape":[4],"data_offsets":[0,4]}}|4|should have dtype
        {"a":{"dtype":8,"shape":[4],"data_offsets":[0,4]}}|4|dtype should be a string
        {"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}|4|'F8_E4M3', expected one of [F64
        {"a":{"dtype":"u8","shape":[4],"data_offsets":[0,4]}}|4|'u8'
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"scale":2}}|4|unknown key 'scale'
        {"a":[4]}|4|should be an object, found an array
        {"a":null}|4|found null
        {"__metadata__":{"k":1}}|0|__metadata__ 'k' should be a string, found a whole number
        {"__metadata__":{"k":null}}|0|found null
        {"__metadata__":{"k":{}}}|0|found an object
        {"__metadata__":[]}|0|__metadata__ should be an object
        {"__metadata__":{"k":"1","k":"2"}}|0|Duplicate field 'k'
        {"__metadata__":{},"__metadata__":{}}|0|Duplicate field '__metadata__'
        {"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},\
        "a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}|0|Duplicate
        {"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}|0|Duplicate field 'dtype'
        {"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},}|0|not valid JSON
        {"a\\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}|0|urrogate
        {"a\\udc00":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}|0|urrogate
        {} {}|0|something follows
        {}x|0|not valid JSON
        {|0|not valid JSON
        {"a"|0|not valid JSON
         {}|0|should begin with '{'
        []|0|should begin with '{'
        null|0|should begin with '{'
        {/* */}|0|not valid JSON
        {'a':1}|0|not valid JSON
        """)
    void aHeaderThatDepartsFromTheGrammarIsRefusedWithTheReason(String header, int data, String reason)
            throws IOException {
        requireRefused(file(header, data), reason);
    }

    @Test
    void aHeaderThatIsNotUtf8IsRefused() throws IOException {
        for (byte[] bad : new byte[][] {{-1}, {(byte) 0xc0, (byte) 0x80}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}}) {
            ByteArrayOutputStream header = new ByteArrayOutputStream();
            header.writeBytes("{\"__metadata__\":{\"k\":\"".getBytes(StandardCharsets.UTF_8));
            header.writeBytes(bad);
            header.writeBytes("\"}}".getBytes(StandardCharsets.UTF_8));
            requireRefused(file(header.toByteArray(), 0), "not UTF-8");
        }
    }

    @Test
    void aHeaderInAnotherEncodingIsRefused() throws IOException {
        requireRefused(file("{}".getBytes(StandardCharsets.UTF_16LE), 0), "not valid JSON");
        requireRefused(file("\ufeff{}".getBytes(StandardCharsets.UTF_8), 0), "should begin with '{', found byte 0xef");
    }

    @Test
    void deepNestingIsRefusedWithoutExhaustingTheStack() throws IOException {
        requireRefused(file("{\"a\":" + "[".repeat(200_000), 0), "should be an object");
        requireRefused(file("{\"a\":{\"shape\":" + "[".repeat(200_000), 0), "should be a whole number");
        requireRefused(file("{\"a\":".repeat(20_000), 0), "unknown key 'a'");
    }

    @Test
    void manyDimensionsAndLongNumbersAreRefused() throws IOException {
        String shape = "{\"a\":{\"dtype\":\"U8\",\"shape\":[%s],\"data_offsets\":[0,1]}}";
        assertThat(hostile.reads(file(String.format(shape, "1,".repeat(63) + "1"), 1), "64 dimensions")).isTrue();
        requireRefused(file(String.format(shape, "1,".repeat(64) + "1"), 1), "more than 64");
        requireRefused(file(String.format(shape, "9".repeat(100_000)), 1), "not valid JSON");
    }

    @Test
    void aMessageShowsNoControlCharactersAndNoEndlessNames() throws IOException {
        Files.write(path, file("{\"\\u001b[2J\\u202e" + "x".repeat(40_000) + "\":1}", 0));
        assertThatThrownBy(() -> SafetensorsFile.open(path)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("\\u001b[2J\\u202exxx").message().hasSizeLessThan(600);
    }

    @Test
    void whiteSpaceAfterTheHeaderAndDamageInTheDataAreRead() throws IOException {
        assertThat(hostile.reads(file("{" + A + "} \n\t ", 4), "padded")).isTrue();
        byte[] bytes = file("{" + A + "}", 4);
        assertThat(hostile.refusedOfEveryBitFlipped(bytes, bytes.length - 4, bytes.length)).isZero();
    }

    private void requireRefused(byte[] bytes, String reason) throws IOException {
        assertThat(hostile.reads(bytes, reason)).as(reason).isFalse();
        assertThatThrownBy(() -> SafetensorsFile.open(path)).hasMessageContaining(reason);
    }

    private static byte[] file(String header, int data) {
        return file(header.getBytes(StandardCharsets.UTF_8), data);
    }

    private static byte[] file(byte[] header, int data) {
        byte[] file = new byte[Long.BYTES + header.length + data];
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header);
        return file;
    }

    private static long headerLength(byte[] file) {
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
}
