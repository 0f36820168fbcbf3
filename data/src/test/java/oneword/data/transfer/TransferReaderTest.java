package oneword.data.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import oneword.data.DataException;
import oneword.data.Golden;
import oneword.data.text.WhiteSpace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransferReaderTest {

    @TempDir
    private Path folder;

    private void file(String name, String content) throws IOException {
        Path file = folder.resolve("downstream").resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MR", "CR", "SUBJ", "MPQA", "SST2", "TREC", "MRPC"})
    void theSharedTasksHaveTheExamplesOfSentEvalInItsOrder(String name) throws NoSuchAlgorithmException {
        Path data = Golden.shared("data/senteval");
        TransferTask task = TransferReader.read(name, data);
        JsonNode golden = Golden.json("transfer.json").get(name);
        check(task.train(), golden.get("train"));
        check(task.dev(), golden.get("dev"));
        check(task.test(), golden.get("test"));
        assertThat(task.classes()).isEqualTo(golden.at("/train/labels").size());
        assertThat(task.ofPairs()).isEqualTo(name.equals("MRPC"));
        assertThat(TransferReader.read(name, data.resolve("downstream"))).isEqualTo(task);
    }

    private static void check(List<Example> examples, JsonNode golden) throws NoSuchAlgorithmException {
        if (golden == null) {
            assertThat(examples).isEmpty();
            return;
        }
        assertThat(examples).hasSize(golden.get("examples").intValue());
        String text = examples.stream()
            .map(example -> example.sentences().stream().map(WhiteSpace::collapse).collect(Collectors.joining("\t"))
                + "\t" + example.label())
            .collect(Collectors.joining("\n"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        assertThat(HexFormat.of().formatHex(hash)).isEqualTo(golden.get("sha256").textValue());
    }

    @Test
    void sentencesAreOrderedByWordsThenClass() throws IOException {
        file("CR/custrev.pos", "two words\ncaf\u00e9\n\n");
        file("CR/custrev.neg", "no\nthis is  three\u0085next line\n");

        TransferTask task = TransferReader.read("CR", folder);

        assertThat(task.train()).containsExactly(
            example(1, ""), example(0, "no"), example(1, "caf\u00e9"), example(0, "next line"),
            example(1, "two words"), example(0, "this is  three"));
        assertThat(task.test()).isEmpty();
    }

    @Test
    void pairsAreOrderedByBothSentences() throws IOException {
        String head = "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n";
        file("MRPC/msr_paraphrase_train.txt", head + "1\t1\t2\ta b\tc \"d\r\n0\t3\t4\ta b\te\r\n1\t5\t6\tf\tg h i\r\n");
        file("MRPC/msr_paraphrase_test.txt", head + "0\t7\t8\tj\tk\r\n");

        TransferTask task = TransferReader.read("MRPC", folder);

        assertThat(task.train())
            .containsExactly(example(1, "f", "g h i"), example(0, "a b", "e"), example(1, "a b", "c \"d"));
        assertThat(task.test()).containsExactly(example(0, "j", "k"));
        assertThat(task.ofPairs()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "TREC/TREC_10.label|LOC:city Where ?~WHO:x Who ?|line 2: expected CLASS:detail",
        "TREC/TREC_10.label|LOC:city Where ?~LOC city Where ?|line 2: expected CLASS:detail",
        "TREC/TREC_10.label|LOC:city|line 1: expected CLASS:detail",
        "SST/binary/sentiment-dev|good`1~bad|line 2: expected sentence<TAB>0",
        "SST/binary/sentiment-dev|good`2|line 1: the class must be 0 or 1, found '2'",
        "MRPC/msr_paraphrase_test.txt|Quality`a`b`c`d~1`2`3`x|line 2: expected 5 columns",
        "MRPC/msr_paraphrase_test.txt|1`a`b`c`d|line 1: expected the header",
        "MRPC/msr_paraphrase_test.txt|Quality`a`b`c`d~2`2`3`x`y|line 2: the class must be 0 or 1",
        "MRPC/msr_paraphrase_test.txt|Quality`a`b`c`d|has no examples",
        "CR/custrev.neg|''|has no examples"})
    void fileAndLineOfAFaultAreNamed(String name, String content, String message) throws IOException {
        file("TREC/train_5500.label", "NUM:dist How far ?\n");
        file("SST/binary/sentiment-train", "good\t1\n");
        file("MRPC/msr_paraphrase_train.txt", "Quality\ta\tb\tc\td\n1\t2\t3\tx\ty\n");
        file("CR/custrev.pos", "good\n");
        file(name, content.replace('`', '\t').replace('~', '\n'));
        String task = name.startsWith("SST") ? "SST2" : name.substring(0, name.indexOf('/'));

        assertThatThrownBy(() -> TransferReader.read(task, folder)).isInstanceOf(DataException.class)
            .hasMessageContaining(folder.resolve("downstream").resolve(name).toString())
            .hasMessageContaining(message.replace("~", "\n"));
    }

    @Test
    void unknownNamesAndMissingDataSayWhatThereIs() {
        assertThatThrownBy(() -> TransferReader.read("SST5", folder)).isInstanceOf(DataException.class)
            .hasMessageContaining("'SST5'").hasMessageContaining("MPQA, SST2");
        assertThatThrownBy(() -> TransferReader.read("MR", folder)).isInstanceOf(DataException.class)
            .hasMessageContaining(folder.resolve("downstream/MR").toString())
            .hasMessageContaining("oneword data download transfer");
    }

    private static Example example(int label, String... sentences) {
        return new Example(List.of(sentences), label);
    }
}
