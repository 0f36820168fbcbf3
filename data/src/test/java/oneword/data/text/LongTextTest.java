package oneword.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import oneword.data.DataException;
import oneword.data.nli.Columns;
import oneword.data.nli.TripleReader;
import oneword.data.sts.StsReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text without end neither fills the memory nor takes time beyond its length. */
class LongTextTest {

    @TempDir
    private Path folder;

    @Test
    void aStreamWithoutLineEndsIsGivenUp() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'a';
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                Arrays.fill(bytes, offset, offset + length, (byte) 'a');
                return length;
            }
        };
        try (Lines lines = new Lines(endless, Path.of("endless"))) {
            assertThatThrownBy(lines::next).isInstanceOf(DataException.class)
                .hasMessageStartingWith("endless, line 1: the line is longer than 16777216 characters");
        }
    }

    @Test
    void aQuoteThatIsNeverClosedDoesNotTakeTheWholeFile() throws IOException {
        Path file = folder.resolve("open.csv");
        Files.writeString(file, "sent0,sent1,hard_neg\na,b,c\nd,\"e" + "f\n".repeat(8_500_000));

        assertThatThrownBy(() -> TripleReader.read(file, Columns.DEFAULT, 0)).isInstanceOf(DataException.class)
            .hasMessageStartingWith(file + ", line 3: ")
            .hasMessageContaining("longer than 16777216 characters; is a quoted cell not closed?");
    }

    @Test
    void rowsTogetherMayBeLongerThanOneMayBe() throws IOException {
        Path file = folder.resolve("large.csv");
        String row = "a".repeat(1 << 20) + ",b\n";
        Files.writeString(file, "x,y\n" + row.repeat(17));

        int rows = 0;
        try (CsvTable table = new CsvTable(file)) {
            for (List<String> cells = table.next(); cells != null; cells = table.next()) {
                rows++;
            }
        }
        assertThat(rows).isEqualTo(17);
    }

    /** With one way to read each digit the check is linear; with two, these three megabytes would take an hour. */
    @Test
    void aScoreOfAMillionDigitsIsRefusedAtOnce() throws IOException {
        Path file = folder.resolve("own.tsv");
        Files.write(file, ("a\tb\t" + "1".repeat(3_000_000) + "x\n").getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> StsReader.readFile(file)).isInstanceOf(DataException.class)
            .hasMessageStartingWith(file + ", line 1: the score '111").hasMessageContaining("is not a number");
    }
}
