package oneword.data.sts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StsReaderTest {

    @TempDir
    private Path folder;

    private Path file(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @ParameterizedTest
    @CsvSource({"STS12, 3108", "STS13, 1500", "STS14, 3750", "STS15, 3000", "STS16, 1186", "STSBenchmark, 1379",
        "STSBenchmark-dev, 1500", "STSBenchmark-train, 5749", "SICK-R, 4927"})
    void theSharedTasksHaveThePublishedSizesAndTheContentPythonReads(String name, int pairs)
            throws NoSuchAlgorithmException {
        StsTask task = StsReader.read(name, Golden.shared("data/senteval"));
        JsonNode golden = Golden.json("sts.json").get(name);
        assertThat(task.name()).isEqualTo(name);
        assertThat(task.pairs()).hasSize(pairs).hasSize(golden.get("pairs").intValue());
        assertThat(task.pairs().stream().mapToDouble(GradedPair::score).sum())
            .isCloseTo(golden.get("score_sum").doubleValue(), within(1e-6));
        String text = task.pairs().stream().map(pair -> pair.sentence1() + "\t" + pair.sentence2())
            .collect(Collectors.joining("\n"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        assertThat(HexFormat.of().formatHex(hash)).isEqualTo(golden.get("sha256").textValue());
        assertThat(StsReader.read(name, Golden.shared("data/senteval/downstream"))).isEqualTo(task);
    }

    @ParameterizedTest
    @CsvSource({"STS12, 3108", "STS13, 1500", "STS14, 3750", "STS15, 3000", "STS16, 1186", "STSBenchmark, 1379",
        "STSBenchmark-dev, 1500", "STSBenchmark-train, 5749", "SICK-R, 9927"})
    void theSetsAsPublishedHaveTheSizesOfMtebAndTheContentPythonReads(String name, int pairs)
            throws NoSuchAlgorithmException {
        StsTask task = StsReader.read(name, Golden.shared("data/sts-raw"), StsProtocol.MTEB);
        JsonNode golden = Golden.json("sts_raw.json").get(name);
        assertThat(task.pairs()).hasSize(pairs);
        assertThat(task.pairs().stream().mapToDouble(GradedPair::score).sum())
            .isCloseTo(golden.get("score_sum").doubleValue(), within(1e-6));
        String text = task.pairs().stream().map(pair -> pair.sentence1() + "\t" + pair.sentence2())
            .collect(Collectors.joining("\n"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        assertThat(HexFormat.of().formatHex(hash)).isEqualTo(golden.get("sha256").textValue());
    }

    @Test
    void setsAsPublishedAreFoundBesideTheSentEvalFolder() throws IOException {
        file("raw/STSBenchmark/sts-test.csv", "a\tb\tc\td\t1\tA cat\ta dog\n");
        for (String part : List.of("train", "trial", "test_annotated")) {
            file("downstream/SICK/SICK_" + part + ".txt", "head\n1\tone " + part + "\ttwo\t2\tNEUTRAL\n");
        }
        List<GradedPair> pairs = List.of(new GradedPair("A cat", "a dog", 1));
        for (String place : List.of("", "raw")) {
            Path data = folder.resolve(place);
            assertThat(StsReader.read("STSBenchmark", data, StsProtocol.MTEB).pairs()).isEqualTo(pairs);
            assertThat(StsReader.read("SICK-R", data, StsProtocol.MTEB).pairs()).containsExactly(
                new GradedPair("one train", "two", 2), new GradedPair("one trial", "two", 2),
                new GradedPair("one test_annotated", "two", 2));
        }
        file("raw/SICK/SICK_train.txt", "");
        assertThatThrownBy(() -> StsReader.read("SICK-R", folder, StsProtocol.MTEB)).isInstanceOf(DataException.class)
            .hasMessageContaining(folder.resolve("raw/SICK/SICK_train.txt").toString());
    }

    @Test
    void theLowerCasedFormIsNotTakenForTheSetsAsPublished() throws IOException {
        file("STS/STSBenchmark/sts-test.csv", "a\tb\tc\td\t1\ta cat\ta dog\n");
        assertThatThrownBy(() -> StsReader.read("STSBenchmark", folder.resolve("STS"), StsProtocol.MTEB))
            .isInstanceOf(DataException.class).hasMessageContaining("lower-cased form");
        assertThatThrownBy(() -> StsReader.read("STSBenchmark", folder, StsProtocol.MTEB))
            .isInstanceOf(DataException.class)
            .hasMessageContainingAll(folder.resolve("raw").toString(), "oneword data download sts");
        assertThatThrownBy(() -> StsReader.read("SICK-R", folder.resolve("STS"), StsProtocol.MTEB))
            .isInstanceOf(DataException.class).hasMessageContainingAll("No SICK folder", "SICK_trial");
    }

    @Test
    void theSevenTasksStandInTheOrderOfThePublishedTables() {
        assertThat(StsReader.STS)
            .containsExactly("STS12", "STS13", "STS14", "STS15", "STS16", "STSBenchmark", "SICK-R");
        assertThat(StsReader.names()).startsWith(StsReader.STS.toArray(String[]::new))
            .contains("STSBenchmark-dev", "STSBenchmark-train").doesNotHaveDuplicates();
    }

    private void writeSts13(String fnwnInput, String fnwnGold) throws IOException {
        String sts = "downstream/STS/STS13-en-test/STS.";
        file(sts + "input.FNWN.txt", fnwnInput);
        file(sts + "gs.FNWN.txt", fnwnGold);
        for (String subset : List.of("headlines", "OnWN")) {
            file(sts + "input." + subset + ".txt", subset + " one\t" + subset + " two\textra\tcolumns\n");
            file(sts + "gs." + subset + ".txt", "2.5\r\n");
        }
    }

    @Test
    void subSetsAreJoinedAndPairsWithoutAScoreLeftOut() throws IOException {
        writeSts13("a\u0085\u2028\u000bb\tc \"quoted\nunscored\tpair\nd\te\n", "5\n\n0.25\n");
        assertThat(StsReader.read("STS13", folder).pairs()).containsExactly(
            new GradedPair("a\u0085\u2028\u000bb", "c \"quoted", 5),
            new GradedPair("d", "e", 0.25),
            new GradedPair("headlines one", "headlines two", 2.5),
            new GradedPair("OnWN one", "OnWN two", 2.5));
    }

    @Test
    void filesThatDoNotBelongTogetherAreNamed() throws IOException {
        writeSts13("a\tb\nc\td\n", "1\n");
        assertThatThrownBy(() -> StsReader.read("STS13", folder)).isInstanceOf(DataException.class)
            .hasMessageContaining("STS.input.FNWN.txt has 2 lines").hasMessageContaining("STS.gs.FNWN.txt has 1");
    }

    @Test
    void lineAndFileOfAFaultAreNamed() throws IOException {
        writeSts13("a\tb\nonly one\n", "1\n2\n");
        assertThatThrownBy(() -> StsReader.read("STS13", folder)).isInstanceOf(DataException.class)
            .hasMessageContaining("STS.input.FNWN.txt, line 2");
        writeSts13("a\tb\nc\td\n", "1\nNaN\n");
        assertThatThrownBy(() -> StsReader.read("STS13", folder)).isInstanceOf(DataException.class)
            .hasMessageContaining("STS.gs.FNWN.txt, line 2").hasMessageContaining("'NaN'");
    }

    @Test
    void unknownNamesAndMissingDataSayWhatThereIs() {
        assertThatThrownBy(() -> StsReader.read("STS17", folder)).isInstanceOf(DataException.class)
            .hasMessageContaining("'STS17'").hasMessageContaining("STSBenchmark-dev");
        assertThatThrownBy(() -> StsReader.read("SICK-R", folder)).isInstanceOf(DataException.class)
            .hasMessageContaining(folder.resolve("downstream/SICK").toString())
            .hasMessageContaining("evaluation.data");
    }

    @Test
    void aFileOfOnesOwnIsReadWithOrWithoutAHeader() throws IOException {
        List<GradedPair> pairs = List.of(new GradedPair("a \"b\"", "c", 1), new GradedPair("d", "e", -0.5));
        String rows = "a \"b\"\tc\t1\r\n\r\nd\te\t-5e-1\r\n";
        assertThat(StsReader.readFile(file("my.pairs.tsv", rows))).isEqualTo(new StsTask("my.pairs", pairs));
        assertThat(StsReader.readFile(file("x.tsv", "\ufeffsentence1\tsentence2\tscore\n" + rows)).pairs())
            .isEqualTo(pairs);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"a,b|three columns", "a,b,c,1|found 4", "a,b,x|not a number", ",b,1|sentence1",
        "a,,1|sentence2", "a,b,|not a number", "a,b,1f|not a number", "a,b,Infinity|not a number"})
    void aFaultInAFileOfOnesOwnIsNamed(String line, String message) throws IOException {
        Path file = file("x.tsv", "p\tq\t1\n" + line.replace(',', '\t') + "\n");
        assertThatThrownBy(() -> StsReader.readFile(file)).isInstanceOf(DataException.class)
            .hasMessageContaining(file + ", line 2").hasMessageContaining(message);
    }

    @Test
    void aFileWithoutPairsIsRefused() throws IOException {
        assertThatThrownBy(() -> StsReader.readFile(file("x.tsv", "sentence1\tsentence2\tscore\n")))
            .isInstanceOf(DataException.class).hasMessageContaining("no graded pairs");
    }
}
