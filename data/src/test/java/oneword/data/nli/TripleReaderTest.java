package oneword.data.nli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import oneword.data.DataException;
import oneword.data.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TripleReaderTest {

    @TempDir
    private Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static List<Triple> read(Path file) {
        return TripleReader.read(file, Columns.DEFAULT, 0);
    }

    private static List<Triple> expected() {
        List<Triple> rows = new ArrayList<>();
        for (JsonNode row : Golden.json("triples-expected.json")) {
            String hardNegative = row.get(2).textValue();
            rows.add(new Triple(row.get(0).textValue(), row.get(1).textValue(),
                hardNegative.isEmpty() ? null : hardNegative));
        }
        return rows;
    }

    @ParameterizedTest
    @ValueSource(strings = {"triples.csv", "triples.jsonl"})
    void readsWhatPythonWrites(String name) {
        assertThat(read(Golden.file(name))).isEqualTo(expected());
    }

    @Test
    void columnsAreFoundByNameAndABlankHardNegativeMakesAPair() throws IOException {
        Path file = file("x.csv", "\ufeffn, b ,c,a\r\n1,pos,neg,anc\r\n\r\n2,p2, ,a2\r\n");
        assertThat(TripleReader.read(file, new Columns("a", "b", "c"), 0))
            .containsExactly(new Triple("anc", "pos", "neg"), new Triple("a2", "p2", null));
    }

    @Test
    void withoutAColumnOfHardNegativesRowsArePairs() throws IOException {
        for (Path file : List.of(file("x.csv", "sent0,sent1\na,b\n"), file("x.tsv", "sent0\tsent1\na\tb\n"),
                file("x.jsonl", "{\"sent0\": \"a\", \"sent1\": \"b\"}\n"))) {
            assertThat(read(file)).as(file.toString()).containsExactly(new Triple("a", "b", null));
            assertThat(read(file).get(0).hasHardNegative()).isFalse();
        }
    }

    @Test
    void inTabFilesQuotesMeanNothing() throws IOException {
        Path file = file("x.TSV", "sent0\tsent1\thard_neg\n\"a\t5\" wide, b\tc\"\"\n");
        assertThat(read(file)).containsExactly(new Triple("\"a", "5\" wide, b", "c\"\""));
    }

    @Test
    void theLimitTakesTheFirstRowsAndLooksNoFurther() throws IOException {
        Path file = file("x.csv", "sent0,sent1\na,b\nc,d\n,broken\n");
        assertThat(TripleReader.read(file, Columns.DEFAULT, 2)).extracting(Triple::anchor).containsExactly("a", "c");
        Path json = file("x.jsonl", "{\"sent0\": \"a\", \"sent1\": \"b\"}\nbroken\n");
        assertThat(TripleReader.read(json, Columns.DEFAULT, 1)).hasSize(1);
        assertThatThrownBy(() -> TripleReader.read(file, Columns.DEFAULT, -1)).isInstanceOf(DataException.class)
            .hasMessageContaining("data.limit");
    }

    @Test
    void aMissingColumnIsNamedWithTheColumnsFoundAndTheWayOut() throws IOException {
        for (Path file : List.of(file("x.csv", "premise,hypothesis\na,b\n"),
                file("x.jsonl", "{\"premise\": \"a\", \"hypothesis\": \"b\"}\n"))) {
            assertThatThrownBy(() -> read(file)).isInstanceOf(DataException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining("'sent0'")
                .hasMessageContaining("premise, hypothesis").hasMessageContaining("data.columns");
        }
    }

    @Test
    void anEmptyCellIsNamedWithItsLineAndColumn() throws IOException {
        Path csv = file("x.csv", "sent0,sent1\n\"two\nlines\",b\n\n\"a\r\nb\",\" \n \"\n");
        assertThatThrownBy(() -> read(csv)).isInstanceOf(DataException.class)
            .hasMessageContaining(csv + ", line 5:").hasMessageContaining("'sent1'");
        Path last = file("last.csv", "sent0,sent1\na,b\n,c");
        assertThatThrownBy(() -> read(last)).isInstanceOf(DataException.class)
            .hasMessageContaining("line 3:").hasMessageContaining("'sent0'");
        Path json = file("x.jsonl", "\n{\"sent0\": null, \"sent1\": \"b\"}");
        assertThatThrownBy(() -> read(json)).isInstanceOf(DataException.class)
            .hasMessageContaining("line 2:").hasMessageContaining("'sent0'");
    }

    @Test
    void aRowWithTooManyOrTooFewCellsIsNamed() throws IOException {
        Path csv = file("x.csv", "sent0,sent1,hard_neg\na,b,c\nWell, yes,b,c\n");
        assertThatThrownBy(() -> read(csv)).isInstanceOf(DataException.class)
            .hasMessageContaining("line 3").hasMessageContaining("4 cells").hasMessageContaining("quotes");
        Path tsv = file("x.tsv", "sent0\tsent1\thard_neg\na\tb\n");
        assertThatThrownBy(() -> read(tsv)).isInstanceOf(DataException.class)
            .hasMessageContaining("line 2").hasMessageContaining("2 cells");
    }

    @Test
    void brokenQuotesAreNamed() throws IOException {
        for (String rows : List.of("a,\"b\n", "\"a\"b,c\n")) {
            Path file = file("x.csv", "sent0,sent1\nfine,row\n" + rows + "more,rows\n");
            assertThatThrownBy(() -> read(file)).isInstanceOf(DataException.class)
                .hasMessageContaining(file + ", line 3").hasMessageContaining("quote");
        }
    }

    @Test
    void brokenJsonIsNamed() throws IOException {
        for (String line : List.of("{", "[\"a\"]", "\"a\"", "{\"sent0\": \"a\", \"sent1\": \"b\"} {}",
                "{\"sent0\": \"a\", \"sent0\": \"b\", \"sent1\": \"c\"}", "{\"sent0\": [\"a\"], \"sent1\": \"c\"}",
                "{\"sent0\": \"\\ud83d\", \"sent1\": \"c\"}")) {
            Path file = file("x.json", "{\"sent0\": \"a\", \"sent1\": \"b\"}\n" + line + "\n");
            assertThatThrownBy(() -> read(file)).as(line).isInstanceOf(DataException.class)
                .hasMessageContaining(file + ", line 2");
        }
    }

    @Test
    void filesWithoutRowsAreRefused() throws IOException {
        for (Path file : List.of(file("a.csv", ""), file("b.csv", "sent0,sent1\n"), file("a.tsv", ""),
                file("b.tsv", "sent0\tsent1\n"), file("a.jsonl", "\n \n"))) {
            assertThatThrownBy(() -> read(file)).as(file.toString()).isInstanceOf(DataException.class)
                .hasMessageContaining(file.toString());
        }
    }

    @Test
    void otherEndingsMissingFilesAndOtherEncodingsAreRefused() throws IOException {
        assertThatThrownBy(() -> read(file("x.txt", "a"))).isInstanceOf(DataException.class)
            .hasMessageContaining(".csv, .tsv, .jsonl or .json");
        assertThatThrownBy(() -> read(folder.resolve("none.csv"))).isInstanceOf(DataException.class)
            .hasMessageContaining("No such file");
        Path latin = folder.resolve("latin.csv");
        Files.write(latin, "sent0,sent1\na,b\ncafé,c\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> read(latin)).isInstanceOf(DataException.class)
            .hasMessageContaining("line 3").hasMessageContaining("offset 19");
    }

    @Test
    void aColumnNamedTwiceIsRefused() throws IOException {
        Path file = file("x.csv", "sent0,sent1,sent0\na,b,c\n");
        assertThatThrownBy(() -> read(file)).isInstanceOf(DataException.class).hasMessageContaining("twice");
        assertThatThrownBy(() -> new Columns("a", "a", null)).isInstanceOf(DataException.class)
            .hasMessageContaining("data.columns");
        assertThatThrownBy(() -> new Columns("", "a", null)).isInstanceOf(DataException.class);
    }

    @Test
    void theSharedTriplesAreRead() {
        assertThat(read(Golden.shared("data/nli/triples.csv"))).hasSize(21_600).allMatch(Triple::hasHardNegative);
        assertThat(read(Golden.shared("data/nli/triples_one_per_premise.csv"))).hasSize(16_231);
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        List<Triple> triples = expected();
        for (String name : List.of("new/out.csv", "out.jsonl")) {
            Path out = folder.resolve(name);
            TripleWriter.write(out, triples);
            TripleWriter.write(out, triples);
            assertThat(read(out)).isEqualTo(triples);
            try (var files = Files.list(out.getParent())) {
                assertThat(files.filter(file -> file.getFileName().toString().startsWith("."))).isEmpty();
            }
        }
        Path pairs = folder.resolve("pairs.csv");
        TripleWriter.write(pairs, List.of(new Triple("a,1", "b", null)));
        assertThat(Files.readString(pairs)).isEqualTo("sent0,sent1\n\"a,1\",b\n");
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
        Path out = file("out.csv", "old");
        List<Triple> unwritable = List.of(new Triple("half \ud83d", "b", "c"));
        assertThatThrownBy(() -> TripleWriter.write(out, unwritable)).isInstanceOf(DataException.class)
            .hasMessageContaining(out.toString());
        assertThat(Files.readString(out)).isEqualTo("old");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(out);
        }
        assertThatThrownBy(() -> TripleWriter.write(folder.resolve("x.txt"), List.of()))
            .isInstanceOf(DataException.class).hasMessageContaining(".csv");
    }
}
