package oneword.data.nli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import oneword.data.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NliPairReaderTest {

    private static final List<NliPair> PAIRS = List.of(
        new NliPair("A \"man\" runs.", "A person moves.", NliLabel.ENTAILMENT),
        new NliPair("A \"man\" runs.", "He is late.", NliLabel.NEUTRAL),
        new NliPair("A \"man\" runs.", "Nobody moves.", NliLabel.CONTRADICTION));

    @TempDir
    private Path folder;

    private Path file(String name, String... lines) throws IOException {
        return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
    }

    @Test
    void readsTheJsonLinesOfSnliAndMnli() throws IOException {
        Path file = file("snli_1.0_dev.jsonl",
            "{\"annotator_labels\": [\"entailment\"], \"captionID\": \"1#1\", \"gold_label\": \"entailment\", "
                + "\"pairID\": \"1e\", \"sentence1\": \"A \\\"man\\\" runs.\", \"sentence2\": \"A person moves.\"}",
            "{\"gold_label\": \"neutral\", \"sentence1\": \"A \\\"man\\\" runs.\", \"sentence2\": \"He is late.\"}",
            "{\"gold_label\": \"-\", \"sentence1\": \"A \\\"man\\\" runs.\", \"sentence2\": \"Unclear.\"}",
            "{\"gold_label\": \"contradiction\", \"sentence1\": \"A \\\"man\\\" runs.\", "
                + "\"sentence2\": \"Nobody moves.\", \"genre\": \"x\"}");
        assertThat(NliPairReader.read(file)).isEqualTo(new NliPairs(PAIRS, 1, 0));
        Path unnamed = Files.copy(file, folder.resolve("pairs"));
        assertThat(NliPairReader.read(unnamed).pairs()).isEqualTo(PAIRS);
    }

    @Test
    void readsTheTabFilesOfSnliAndMnliWithoutQuoting() throws IOException {
        Path file = file("snli_1.0_dev.txt",
            "gold_label\tsentence1_parse\tsentence1\tsentence2\tpairID\tlabel1\tlabel2",
            "entailment\t(ROOT)\tA \"man\" runs.\tA person moves.\t1\tentailment\t",
            "neutral\t(ROOT)\tA \"man\" runs.\tHe is late.\t2\tneutral\tneutral",
            "-\t(ROOT)\tA \"man\" runs.\tUnclear.\t3\tneutral\tentailment",
            "contradiction\t(ROOT)\tA \"man\" runs.\tNobody moves.\t4\tcontradiction");
        assertThat(NliPairReader.read(file)).isEqualTo(new NliPairs(PAIRS, 1, 0));
    }

    @Test
    void readsPlainTablesWithLabelsSpelledInAnyWay() throws IOException {
        for (List<String> labels : List.of(List.of("entailment", "neutral", "contradiction"), List.of("e", "n", "c"),
                List.of("0", "1", "2"), List.of("Entailment", "N", " 2 "))) {
            Path tsv = file("p.tsv", "source\tpremise\thypothesis\tlabel",
                "x\tA \"man\" runs.\tA person moves.\t" + labels.get(0),
                "x\tA \"man\" runs.\tHe is late.\t" + labels.get(1),
                "x\tA \"man\" runs.\tNobody moves.\t" + labels.get(2));
            assertThat(NliPairReader.read(tsv).pairs()).isEqualTo(PAIRS);
            Path csv = file("p.csv", "label,hypothesis,premise",
                labels.get(0) + ",A person moves.,\"A \"\"man\"\" runs.\"",
                labels.get(1) + ",He is late.,\"A \"\"man\"\" runs.\"",
                labels.get(2) + ",Nobody moves.,\"A \"\"man\"\" runs.\"");
            assertThat(NliPairReader.read(csv).pairs()).isEqualTo(PAIRS);
        }
    }

    @Test
    void numbersInJsonAreLabelsToo() throws IOException {
        Path file = file("p.jsonl", "{\"premise\": \"a\", \"hypothesis\": \"b\", \"label\": 2}",
            "{\"premise\": \"a\", \"hypothesis\": \"c\", \"label\": -1}");
        assertThat(NliPairReader.read(file))
            .isEqualTo(new NliPairs(List.of(new NliPair("a", "b", NliLabel.CONTRADICTION)), 1, 0));
    }

    @Test
    void severalFilesAreReadAsOneAndWhatIsLeftOutIsCounted() throws IOException {
        Path first = file("a.tsv", "premise\thypothesis\tlabel", "a\tb\te", "a\t \tn", "\tb\tn", "a\tc\t-", "a\td\t");
        Path second = file("b.jsonl", "{\"premise\": \"a\", \"hypothesis\": null, \"label\": 1}");
        assertThat(NliPairReader.read(List.of(first, second)))
            .isEqualTo(new NliPairs(List.of(new NliPair("a", "b", NliLabel.ENTAILMENT)), 2, 3));
    }

    @Test
    void errorsNameTheLineAndColumn() throws IOException {
        Path label = file("a.tsv", "premise\thypothesis\tlabel", "a\tb\te", "a\tb\tmaybe");
        assertThatThrownBy(() -> NliPairReader.read(label)).isInstanceOf(DataException.class)
            .hasMessageContaining(label + ", line 3").hasMessageContaining("'label'").hasMessageContaining("'maybe'")
            .hasMessageContaining("entailment, neutral or contradiction");
        Path column = file("b.tsv", "premise\ttext\tlabel", "a\tb\te");
        assertThatThrownBy(() -> NliPairReader.read(column)).isInstanceOf(DataException.class)
            .hasMessageContaining("'sentence2' or 'hypothesis'").hasMessageContaining("premise, text, label");
        Path ragged = file("c.tsv", "premise\thypothesis\tlabel", "a\tb\tc\te");
        assertThatThrownBy(() -> NliPairReader.read(ragged)).isInstanceOf(DataException.class)
            .hasMessageContaining("line 2").hasMessageContaining("4 cells");
        Path key = file("d.jsonl", "{\"premise\": \"a\", \"label\": 0}");
        assertThatThrownBy(() -> NliPairReader.read(key)).isInstanceOf(DataException.class)
            .hasMessageContaining("line 1").hasMessageContaining("hypothesis").hasMessageContaining("premise, label");
        Path fraction = file("e.jsonl", "{\"premise\": \"a\", \"hypothesis\": \"b\", \"label\": 0.5}");
        assertThatThrownBy(() -> NliPairReader.read(fraction)).isInstanceOf(DataException.class)
            .hasMessageContaining("'label'");
        Path none = file("f.tsv", "premise\thypothesis\tlabel");
        assertThatThrownBy(() -> NliPairReader.read(none)).isInstanceOf(DataException.class)
            .hasMessageContaining("no rows");
    }
}
