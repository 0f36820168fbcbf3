package oneword.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import oneword.data.DataException;
import oneword.data.nli.Columns;
import oneword.data.nli.NliPairReader;
import oneword.data.nli.TripleReader;
import oneword.data.sts.StsProtocol;
import oneword.data.sts.StsReader;
import oneword.data.transfer.TransferReader;
import oneword.trainer.demonstration.CandidateReader;

/** Training data and evaluation sets. */
class DataFilesFuzzTest {

    @FuzzTest
    void csvTriples(byte[] content) {
        refused("triples.csv", content, file -> TripleReader.read(file, Columns.DEFAULT, 0));
    }

    @FuzzTest
    void tsvTriples(byte[] content) {
        refused("triples.tsv", content, file -> TripleReader.read(file, Columns.DEFAULT, 0));
    }

    @FuzzTest
    void jsonTriples(byte[] content) {
        refused("triples.jsonl", content, file -> TripleReader.read(file, Columns.DEFAULT, 0));
    }

    @FuzzTest
    void csvPairs(byte[] content) {
        refused("pairs.csv", content, NliPairReader::read);
    }

    @FuzzTest
    void pairsByTheirFirstLine(byte[] content) {
        refused("pairs.txt", content, NliPairReader::read);
    }

    @FuzzTest
    void gradedPairs(byte[] content) {
        refused("own.tsv", content, StsReader::readFile);
    }

    @FuzzTest
    void benchmark(byte[] content) {
        refused("sets/downstream/STS/STSBenchmark/sts-dev.csv", content,
            file -> StsReader.read("STSBenchmark-dev", file.resolve("../../../..").normalize()));
    }

    /** A form feed parts the sentences from the scores. */
    @FuzzTest
    void subsetsOfAYear(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        int cut = Math.max(0, text.indexOf('\f'));
        byte[] sentences = text.substring(0, cut).getBytes(StandardCharsets.ISO_8859_1);
        byte[] scores = text.substring(cut).stripLeading().getBytes(StandardCharsets.ISO_8859_1);
        for (String subset : new String[] {"FNWN", "headlines", "OnWN"}) {
            HostileFile.write("sets/raw/STS13-en-test/STS.input." + subset + ".txt", sentences);
            HostileFile.write("sets/raw/STS13-en-test/STS.gs." + subset + ".txt", scores);
        }
        refused("sets/raw/STS13-en-test/STS.input.FNWN.txt", sentences,
            file -> StsReader.read("STS13", file.resolve("../../..").normalize(), StsProtocol.MTEB));
    }

    @FuzzTest
    void sick(byte[] content) {
        refused("sets/downstream/SICK/SICK_test_annotated.txt", content,
            file -> StsReader.read("SICK-R", file.resolve("../../..").normalize()));
    }

    @FuzzTest
    void polarity(byte[] content) {
        HostileFile.write("sets/downstream/MR/rt-polarity.neg", content);
        transfer("MR", "MR/rt-polarity.pos", content);
    }

    @FuzzTest
    void sentiment(byte[] content) {
        HostileFile.write("sets/downstream/SST/binary/sentiment-dev", content);
        HostileFile.write("sets/downstream/SST/binary/sentiment-test", content);
        transfer("SST2", "SST/binary/sentiment-train", content);
    }

    @FuzzTest
    void questions(byte[] content) {
        HostileFile.write("sets/downstream/TREC/TREC_10.label", content);
        transfer("TREC", "TREC/train_5500.label", content);
    }

    @FuzzTest
    void paraphrases(byte[] content) {
        HostileFile.write("sets/downstream/MRPC/msr_paraphrase_test.txt", content);
        transfer("MRPC", "MRPC/msr_paraphrase_train.txt", content);
    }

    @FuzzTest
    void candidates(byte[] content) {
        refused("candidates.txt", content, CandidateReader::read);
    }

    private static void transfer(String task, String name, byte[] content) {
        Path sets = HostileFile.write("sets/downstream/.exists", new byte[0]).resolve("../..").normalize();
        refused("sets/downstream/" + name, content, file -> TransferReader.read(task, sets));
    }

    private static void refused(String name, byte[] content, HostileFile.Reader reader) {
        HostileFile.isRead(name, content, DataException.class, reader);
    }
}
