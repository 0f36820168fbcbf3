package oneword.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import oneword.data.sts.StsProtocol;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskListTest {

    @TempDir
    private Path folder;

    @Test
    void stsAreTheSevenSetsOfThePapersAndDevIsTheBenchmarksDevSet() {
        assertThat(TaskList.parse("sts,dev").names()).containsExactly(
            "STS12", "STS13", "STS14", "STS15", "STS16", "STSBenchmark", "SICK-R", "STSBenchmark-dev");
    }

    @Test
    void transferAreTheSevenOfThePapersAndAllIsBoth() {
        assertThat(TaskList.parse("transfer").names())
            .containsExactly("MR", "CR", "SUBJ", "MPQA", "SST2", "TREC", "MRPC");
        assertThat(TaskList.parse("MR,all").names()).startsWith("MR", "STS12").endsWith("TREC", "MRPC").hasSize(14);
    }

    @Test
    void aTaskNamedTwiceIsThereOnce() {
        assertThat(TaskList.parse(List.of("STS14", " dev ", "STSBenchmark-dev", "pairs.tsv", "STS14")).names())
            .containsExactly("STS14", "STSBenchmark-dev", "pairs.tsv");
    }

    @Test
    void ownFilesNeedNoSentEvalFolder() {
        assertThat(TaskList.parse("a.tsv,b.TSV").needsSentEval()).isFalse();
        assertThat(TaskList.parse("a.tsv,SICK-R").needsSentEval()).isTrue();
    }

    @Test
    void allErrorsAreToldAtOnce() {
        EvaluationException error = catchThrowableOfType(
            EvaluationException.class, () -> TaskList.parse("STS17,STS12,pairs.csv,whatever"));

        assertThat(error.getMessage().lines()).hasSize(4).satisfiesExactly(
            line -> assertThat(line).startsWith("unknown task STS17: did you mean STS1"),
            line -> assertThat(line).isEqualTo("unknown task pairs.csv: a file of graded pairs must end in .tsv"),
            line -> assertThat(line).isEqualTo("unknown task whatever"),
            line -> assertThat(line).startsWith("tasks are: sts, dev, transfer, all, STS12, ").contains("FILE.tsv"));
    }

    @ParameterizedTest
    @CsvSource({"STS, sts", "sts16, STS16", "SICKR, SICK-R", "STS-B, STSBenchmark", "STSb-dev, STSBenchmark-dev",
        "STSBenchmrk, STSBenchmark", "DEV, dev", "SST-2, SST2", "trec, TREC"})
    void aNearMissIsAnsweredWithTheName(String typed, String meant) {
        assertThatThrownBy(() -> TaskList.parse(typed)).isInstanceOf(EvaluationException.class)
            .hasMessageContaining("unknown task " + typed + ": did you mean " + meant + "?");
    }

    @ParameterizedTest
    @CsvSource({"''", "' , '"})
    void anEmptyListIsAnError(String nothing) {
        assertThatThrownBy(() -> TaskList.parse(nothing)).isInstanceOf(EvaluationException.class)
            .hasMessageContaining("no evaluation task is named");
    }

    @Test
    void withoutSentEvalTheMessageSaysWhatDataMustHold() {
        TaskList tasks = TaskList.parse("STS12,dev,missing.tsv");

        assertThatThrownBy(() -> tasks.read(Optional.empty(), StsProtocol.SENTEVAL, folder::resolve))
            .isInstanceOf(EvaluationException.class)
            .hasMessageContainingAll("STS12, STSBenchmark-dev", "--data DIR", "downstream/STS", "downstream/SICK")
            .hasMessageContaining("task missing.tsv: there is no file " + folder.resolve("missing.tsv"));
        assertThatThrownBy(() -> tasks.read(Optional.empty(), StsProtocol.MTEB, folder::resolve))
            .isInstanceOf(EvaluationException.class).hasMessageContaining("raw/STS12-en-test");
        assertThatThrownBy(() -> tasks.read(Optional.of(folder), StsProtocol.SENTEVAL, folder::resolve))
            .isInstanceOf(EvaluationException.class)
            .hasMessageContainingAll(folder + " holds neither downstream nor STS", "--data DIR");
        assertThatThrownBy(() -> tasks.read(Optional.of(folder.resolve("no")), StsProtocol.MTEB, folder::resolve))
            .isInstanceOf(EvaluationException.class).hasMessageContaining(folder.resolve("no") + " is not a folder");
    }

    @Test
    void ownFilesAreNamedAsTheFileUnlessThatNameIsTaken() throws IOException {
        Files.createDirectory(folder.resolve("more"));
        for (String name : List.of("pairs.tsv", "more/pairs.tsv", "STS12.tsv")) {
            Files.writeString(folder.resolve(name), "a cat\ta dog\t2\n");
        }

        List<Task> tasks = TaskList.parse("pairs.tsv,more/pairs.tsv,STS12.tsv")
            .read(Optional.empty(), StsProtocol.SENTEVAL, folder::resolve);

        assertThat(tasks).extracting(Task::name).containsExactly("pairs", "more/pairs.tsv", "STS12.tsv");
        assertThat(tasks).allSatisfy(task -> assertThat(task.sentences()).containsExactly("a cat", "a dog"));
    }

    @Test
    void readsEverythingThereIs() {
        Path sentEval = Path.of(System.getProperty("oneword.root")).resolve("../shared/data/senteval");
        Assumptions.assumeTrue(Files.isDirectory(sentEval), "no SentEval data at " + sentEval);

        List<Task> tasks =
            TaskList.parse("all,dev").read(Optional.of(sentEval), StsProtocol.SENTEVAL, Path::of);

        assertThat(tasks).extracting(Task::name, task -> task.sentences().count()).containsExactly(
            tuple("STS12", 6216L), tuple("STS13", 3000L), tuple("STS14", 7500L), tuple("STS15", 6000L),
            tuple("STS16", 2372L), tuple("STSBenchmark", 2758L), tuple("SICK-R", 9854L), tuple("MR", 10662L),
            tuple("CR", 3775L), tuple("SUBJ", 10000L), tuple("MPQA", 10606L), tuple("SST2", 70042L),
            tuple("TREC", 5952L), tuple("MRPC", 11602L), tuple("STSBenchmark-dev", 3000L));
    }
}
