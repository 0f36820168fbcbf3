package oneword.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import oneword.data.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8ReaderTest {

    @TempDir
    private Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("file.txt"), content);
    }

    private static String read(Path file) throws IOException {
        try (Utf8Reader reader = Utf8Reader.open(file)) {
            StringBuilder text = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                text.append((char) c);
            }
            return text.toString();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 65_530, 65_533, 65_534, 65_535, 65_536, 200_000})
    void textIsReadAsItStandsWhereverItsCharactersMeetTheBuffer(int padding) throws IOException {
        String text = "x".repeat(padding) + "é日😀\u0000\r\n\u2028end";
        assertThat(read(file(text.getBytes(StandardCharsets.UTF_8)))).isEqualTo(text);
    }

    @Test
    void aByteOrderMarkIsSkippedAtTheStartAndNowhereElse() throws IOException {
        assertThat(read(file("\ufeffa\ufeffb".getBytes(StandardCharsets.UTF_8)))).isEqualTo("a\ufeffb");
        assertThat(read(file("\ufeff".getBytes(StandardCharsets.UTF_8)))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 70_000})
    void bytesThatAreNotUtf8AreNamedWithTheirLineAndOffset(int before) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("\ufeffone\n".getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes("x".repeat(before).getBytes(StandardCharsets.UTF_8));
        bytes.write(0xE9);
        bytes.writeBytes(" later\n".getBytes(StandardCharsets.UTF_8));
        Path file = file(bytes.toByteArray());
        assertThatThrownBy(() -> read(file)).isInstanceOf(DataException.class)
            .hasMessageContaining(file + ", line 2")
            .hasMessageContaining("0xE9 at offset " + (7 + before))
            .hasMessageContaining("UTF-8");
    }

    @Test
    void aCharacterThatTheEndCutsOffIsNotUtf8() throws IOException {
        Path file = file(new byte[] {'a', (byte) 0xF0, (byte) 0x9F});
        assertThatThrownBy(() -> read(file)).isInstanceOf(DataException.class).hasMessageContaining("offset 1");
    }

    @Test
    void surrogatesInUtf8AreRefused() throws IOException {
        Path file = file(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80});
        assertThatThrownBy(() -> read(file)).isInstanceOf(DataException.class).hasMessageContaining("line 1");
    }

    @ParameterizedTest
    @CsvSource({"1F8B0800, gunzip", "FD377A585A00, unxz", "28B52FFD00, unzstd", "504B030414, ZIP", "50415231, Parquet",
        "FFFE6100, UTF-16", "FEFF0061, UTF-16"})
    void otherFormatsAreNamed(String hex, String name) throws IOException {
        Path file = file(HexFormat.of().parseHex(hex));
        assertThatThrownBy(() -> read(file)).isInstanceOf(DataException.class)
            .hasMessageContaining(file.toString()).hasMessageContaining(name);
    }

    @Test
    void aMissingFileAndAFolderAreNamed() {
        assertThatThrownBy(() -> Utf8Reader.open(folder.resolve("none"))).isInstanceOf(DataException.class)
            .hasMessageContaining("No such file").hasMessageContaining(folder.resolve("none").toString());
        assertThatThrownBy(() -> Utf8Reader.open(folder)).isInstanceOf(DataException.class)
            .hasMessageContaining("is a folder");
    }

    @Test
    void linesEndAtLineFeedsOnly() throws IOException {
        String text = "a\u0085b\u2028c\u000bd\u000ce\rf\r\n\n\r\nlast";
        assertThat(lines(file(text.getBytes(StandardCharsets.UTF_8))))
            .containsExactly("a\u0085b\u2028c\u000bd\u000ce\rf", "", "", "last");
    }

    @Test
    void aLineFeedAtTheEndStartsNoLine() throws IOException {
        assertThat(lines(file("a\n".getBytes(StandardCharsets.UTF_8)))).containsExactly("a");
        assertThat(lines(file("a\n\n".getBytes(StandardCharsets.UTF_8)))).containsExactly("a", "");
        assertThat(lines(file(new byte[0]))).isEmpty();
    }

    @Test
    void longLinesAreWhole() throws IOException {
        String line = "é".repeat(100_000);
        assertThat(lines(file((line + "\r\n" + line).getBytes(StandardCharsets.UTF_8)))).containsExactly(line, line);
    }

    private static List<String> lines(Path file) {
        try (Lines lines = new Lines(file)) {
            List<String> all = new ArrayList<>();
            for (String line = lines.next(); line != null; line = lines.next()) {
                all.add(line);
                assertThat(lines.number()).isEqualTo(all.size());
            }
            return all;
        }
    }
}
