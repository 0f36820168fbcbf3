package oneword.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import oneword.data.sts.StsProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {

    private static final String MINIMAL = "data: {train: t.csv}\n";

    static RunConfig read(String text, String... overrides) {
        return ConfigReader.fromString(text, "my.yaml", List.of(overrides));
    }

    private static List<String> problems(String text, String... overrides) {
        return catchThrowableOfType(ConfigException.class, () -> read(text, overrides)).problems();
    }

    @Test
    void theDefaultsAreThePublishedRecipe() {
        assertThat(read(MINIMAL)).isEqualTo(new RunConfig(
                new RunConfig.Model("models/opt-mini", "main", RunConfig.Precision.AUTO, RunConfig.Device.AUTO),
                new RunConfig.Prompt("This sentence : \"{sentence}\" means in one word:\"", 32),
                new RunConfig.Lora(64, 16, 0.05, null, null),
                new RunConfig.Data("t.csv", List.of(), 0, true, new RunConfig.Columns("sent0", "sent1", "hard_neg")),
                new RunConfig.Loss(0.05, 0),
                new RunConfig.Training(1, 0, 256, 4096, 5e-4, 100, RunConfig.Schedule.LINEAR, 0, 1.0, null, 42,
                        RunConfig.Switch.AUTO, RunConfig.Switch.AUTO),
                new RunConfig.Evaluation(0, List.of(), "STSBenchmark-dev", null,
                        StsProtocol.SENTEVAL, null),
                new RunConfig.Checkpoint(50, 3),
                new RunConfig.Run("runs", null)));
    }

    @Test
    void everyKeyIsReadFromYaml() {
        assertThat(read(SampleConfig.YAML)).isEqualTo(SampleConfig.EXPECTED);
    }

    @Test
    void aJsonFileIsAConfiguration() {
        assertThat(read(SampleConfig.JSON)).isEqualTo(SampleConfig.EXPECTED);
    }

    @Test
    void everyKeyIsReadFromOverridesAndWinsOverTheFile() {
        assertThat(read("data: {train: other.csv, limit: 1}\nlora: {rank: 3}\n", SampleConfig.OVERRIDES))
                .isEqualTo(SampleConfig.EXPECTED);
    }

    @Test
    void theLastOfSeveralOverridesWins() {
        assertThat(read(MINIMAL, "training.seed=1", "training.seed=2").training().seed()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5e-4", "'5e-4'", "0.0005", "5.0E-4", "\"0.0005\"", ".0005", "+5e-04"})
    void numbersMayBeWrittenInAnyUsualWay(String number) {
        assertThat(read(MINIMAL + "training: {learning_rate: " + number + "}").training().learningRate())
                .isEqualTo(5e-4);
    }

    @ParameterizedTest
    @CsvSource({"1_000, 1000", "'''1000''', 1000", "1e3, 1000", "1000.0, 1000"})
    void wholeNumbersMayBeWrittenInAnyUsualWay(String number, int value) {
        assertThat(read(MINIMAL + "training: {max_steps: " + number + "}").training().maxSteps()).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "off, false, OFF", "'\"off\"', false, OFF", "no, false, OFF", "False, false, OFF",
        "on, true, ON", "'\"on\"', true, ON", "Yes, true, ON", "TRUE, true, ON"})
    void switchesTakeBooleansAndWords(String word, boolean flag, RunConfig.Switch cache) {
        RunConfig config = read("data: {train: t, shuffle: " + word + "}\ntraining: {gradient_cache: " + word + "}");
        assertThat(config.data().shuffle()).isEqualTo(flag);
        assertThat(config.training().gradientCache()).isEqualTo(cache);
    }

    @Test
    void textThatLooksLikeAnotherTypeStaysAsWritten() {
        RunConfig config = read("model: {revision: 007e1, name: 0x1F}\ndata: {train: 1_000}\nrun: {name: 2026-01-02}");
        assertThat(config.model()).extracting("revision", "name").containsExactly("007e1", "0x1F");
        assertThat(config.data().train()).isEqualTo("1_000");
        assertThat(config.run().name()).isEqualTo("2026-01-02");
    }

    @Test
    void aSectionWithoutKeysHasItsDefaults() {
        assertThat(read(MINIMAL + "lora:\n#  rank: 8\n")).isEqualTo(read(MINIMAL));
    }

    @Test
    void nullAndNothingUnsetANullableKey() {
        String set = MINIMAL + "training: {model_dropout: 0.2}\nrun: {name: a}\nlora: {targets: [fc1]}\n";
        assertThat(read(set, "training.model_dropout=null", "run.name=", "lora.targets=")).isEqualTo(read(MINIMAL));
    }

    @Test
    void everythingWrongIsReportedAtOnceInFileOrder() {
        assertThat(problems("""
                training:
                  bach_size: 8
                  epochs: none
                lora: {rank: 0, dropout: 1}
                rnk: 3
                run: &here {root: a, root: b}
                """, "loss.temperature=0", "training.sed=1", "seed"))
                .containsExactly(
                        "my.yaml:2: training.bach_size: unknown key; did you mean training.batch_size?",
                        "my.yaml:3: training.epochs: found 'none'; allowed is a whole number of at least 1",
                        "my.yaml:4: lora.rank: found '0'; allowed is a whole number of at least 1",
                        "my.yaml:4: lora.dropout: found '1'; allowed is a number from 0 to below 1",
                        "my.yaml:5: rnk: unknown key; did you mean lora.rank?",
                        "my.yaml:6: the anchor &here is not used here; remove it",
                        "my.yaml:6: run.root: stands here a second time (first in line 6); keep one of them",
                        "--set seed: is not of the form key=value, such as training.seed=7",
                        "my.yaml: data.train: is missing: the file of training triples, with columns sent0, sent1 and"
                                + " hard_neg",
                        "--set loss.temperature=0: loss.temperature: found '0'; allowed is a number above 0",
                        "--set training.sed=1: training.sed: unknown key; did you mean training.seed?");
    }

    @Test
    void theMessageNamesTheSourceAndEveryProblem() {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> read("lora: {rank: x}\n"));
        assertThat(e).hasMessageStartingWith("my.yaml is not a valid configuration:\n  my.yaml:1: lora.rank: found 'x'")
                .hasMessageContaining("\n  my.yaml: data.train: is missing");
    }

    @ParameterizedTest
    @CsvSource({
        "'training: {learningRate: 1}', training.learning_rate",
        "'training: {batch-size: 1}', training.batch_size",
        "'training: {rank: 1}', lora.rank",
        "'batch_size: 1', training.batch_size",
        "'trainin: {seed: 1}', training",
        "'data: {columns: {hard-negatve: x}, train: t}', data.columns.hard_negative",
        "'training: {temprature: 1}', loss.temperature"})
    void anUnknownKeyIsMetWithTheNearestOneOfAllSections(String text, String meant) {
        String minimal = text.startsWith("data") ? "" : MINIMAL;
        assertThat(problems(minimal + text)).singleElement().asString()
                .endsWith("unknown key; did you mean " + meant + "?");
    }

    @Test
    void anUnknownKeyThatResemblesNothingIsMetWithTheKeysThatExist() {
        assertThat(problems(MINIMAL + "checkpoint: {xyzzy: 1}"))
                .containsExactly("my.yaml:2: checkpoint.xyzzy: unknown key; known here: every, keep");
    }

    static Stream<String[]> badValues() {
        return Stream.of(
                new String[] {"model: {precision: fp8}", "found 'fp8'; allowed is one of auto, fp32, bf16, fp16"},
                new String[] {"model: {device: gpu}", "found 'gpu'; allowed is one of auto, cpu, cuda"},
                new String[] {"model: {name: ''}", "found ''; allowed is a local model folder or a hub id"},
                new String[] {"model: {revision: }", "found nothing; allowed is a branch, tag or commit, or no such"},
                new String[] {"prompt: {template: hello}", "a text with exactly one {sentence}"},
                new String[] {"prompt: {template: '{sentence} {sentence}'}", "a text with exactly one {sentence}"},
                new String[] {"prompt: {max_sentence_tokens: 0}", "a whole number of at least 1"},
                new String[] {"lora: {rank: 2.5}", "a whole number of at least 1"},
                new String[] {"lora: {rank: 3000000000}", "a whole number of at least 1 and at most 2147483647"},
                new String[] {"lora: {rank: 1e99999}", "a whole number of at least 1 and at most 2147483647"},
                new String[] {"lora: {rank: 1e999999999}", "a whole number of at least 1"},
                new String[] {"lora: {rank: [1, 2]}", "found a list; allowed is a single value, a whole number"},
                new String[] {"lora: {rank: {a: 1}}", "found a section with a; allowed is a single value"},
                new String[] {"lora: 64", "lora: found '64'; allowed is a section of keys"},
                new String[] {"lora: {alpha: 0}", "a number above 0"},
                new String[] {"lora: {dropout: -0.1}", "a number from 0 to below 1"},
                new String[] {"lora: {dropout: .nan}", "a number from 0 to below 1"},
                new String[] {"lora: {targets: []}", "needs at least one linear"},
                new String[] {"lora: {targets: ['']}", "found ''; allowed is names of linears such as q_proj"},
                new String[] {"lora: {targets: [fc1, fc1]}", "each entry once"},
                new String[] {"lora: {targets: {fc1: 1}}", "found a section with fc1"},
                new String[] {"lora: {initialize_from: ''}", "the folder of a PEFT adapter"},
                new String[] {"loss: {temperature: 1e999}", "a number above 0"},
                new String[] {"loss: {hard_negative_weight: 1d}", "found '1d'; allowed is a number"},
                new String[] {"training: {epochs: 0}", "a whole number of at least 1"},
                new String[] {"training: {max_steps: -1}", "a whole number of at least 0"},
                new String[] {"training: {batch_size: 0}", "a whole number of at least 1"},
                new String[] {"training: {micro_batch_tokens: 0}", "a whole number of at least 1"},
                new String[] {"training: {learning_rate: -1}", "a number of at least 0"},
                new String[] {"training: {warmup_steps: -1}", "a whole number of at least 0"},
                new String[] {"training: {schedule: cosine}", "one of linear, constant"},
                new String[] {"training: {schedule: true}", "one of linear, constant"},
                new String[] {"training: {weight_decay: -1}", "a number of at least 0"},
                new String[] {"training: {max_grad_norm: -1}", "a number of at least 0"},
                new String[] {"training: {model_dropout: 1}", "a number from 0 to below 1"},
                new String[] {"training: {seed: -1}", "a whole number of at least 0"},
                new String[] {"training: {gradient_cache: maybe}", "one of auto, on, off"},
                new String[] {"evaluation: {every: -1}", "a whole number of at least 0"},
                new String[] {"evaluation: {tasks: [STS17], data: d}", "did you mean STS12?"},
                new String[] {"evaluation: {select_by: sts, data: d}", "a .tsv file or one of STSBenchmark-dev"},
                new String[] {"checkpoint: {every: -1}", "a whole number of at least 0"},
                new String[] {"checkpoint: {keep: 0}", "a whole number of at least 1"},
                new String[] {"run: {name: ../up}", "letters, digits, dots"},
                new String[] {"run: {name: .hidden}", "not starting with a dot"},
                new String[] {"run: {name: latest}", "not 'latest'"},
                new String[] {"run: {root: ''}", "allowed is a folder"});
    }

    @ParameterizedTest
    @MethodSource("badValues")
    void aValueThatWillNotDoIsShownWithWhatIsAllowed(String text, String part) {
        String section = text.substring(0, text.indexOf(':'));
        assertThat(problems(MINIMAL + text)).singleElement().asString()
                .startsWith("my.yaml:2: " + section).contains(part);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit: -1", "shuffle: maybe", "columns: [a]", "columns: {anchor: }", "train: [a]"})
    void aBadValueInTheDataSectionIsOneProblem(String entry) {
        String train = entry.startsWith("train") ? "" : "train: t, ";
        assertThat(problems("data: {" + train + entry + "}")).singleElement().asString().startsWith("my.yaml:1: data.");
    }

    @Test
    void namedSetsToExcludeNeedTheSentEvalFolder() {
        assertThat(problems("data:\n  train: t.csv\n  exclude: [own.tsv, STS12]\n")).containsExactly(
                "my.yaml:3: data.exclude: STS12 is read from a SentEval folder; name it as evaluation.data or use a "
                        + ".tsv file");
        assertThat(problems("data: {train: t.csv, exclude: [STS17]}\nevaluation: {data: d}")).singleElement()
                .asString().contains("my.yaml:1: data.exclude: found 'STS17'", "did you mean STS12?");
    }

    @Test
    void namedTasksNeedTheSentEvalFolder() {
        assertThat(problems(MINIMAL + "evaluation:\n  tasks: [own.tsv, sts]\n")).containsExactly(
                "my.yaml:3: evaluation.tasks: sts is read from a SentEval folder; name it as evaluation.data or use a"
                        + " .tsv file");
        assertThat(problems(MINIMAL + "evaluation: {every: 10}")).singleElement().asString()
                .startsWith("my.yaml:2: evaluation.every: STSBenchmark-dev, which selects the best checkpoint, is");
        assertThat(problems(MINIMAL + "evaluation: {every: 10, select_by: STS12}")).singleElement().asString()
                .startsWith("my.yaml:2: evaluation.select_by: STS12, which selects");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{tasks: [own.tsv], every: 1}                          | own.tsv",
        "{tasks: [sts, a.tsv, b.tsv], data: d}                 | STSBenchmark-dev",
        "{tasks: [a.tsv, b.tsv], every: 1}                     | a.tsv",
        "{tasks: [a.tsv], select_by: dev, data: d, every: 1}   | STSBenchmark-dev",
        "{tasks: [a.tsv], select_by: b.tsv, every: 1}          | b.tsv"})
    void theSelectingTaskIsTheDevSetWhereThereIsDataElseTheFirstOwnFile(String evaluation, String task) {
        assertThat(read(MINIMAL + "evaluation: " + evaluation).evaluation().selectBy()).isEqualTo(task);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "data: {train: !!java.net.URL x}   | the tag !tag:yaml.org,2002:java.net.URL is not used here",
        "data: &a {train: t}               | the anchor &a is not used here",
        "data: !x {train: t}               | the tag !x is not used here",
        "data: {train: *a}                 | the alias *a is not used here",
        "data: {train: t, train: u}        | data.train: stands here a second time (first in line 1)",
        "[a, b]                            | the file holds a list where sections",
        "hello                             | the file holds 'hello' where sections",
        "data: {train: t                   | not YAML:",
        "data: {train: {[a]: b}}           | not YAML: a key must be plain text"})
    void whatHasNoMeaningInAConfigurationIsRefused(String text, String part) {
        assertThat(problems(text)).singleElement().asString().startsWith("my.yaml:1: ").contains(part);
    }

    @Test
    void aSecondDocumentIsRefused() {
        assertThat(problems(MINIMAL + "---\nlora: {rank: 3}\n")).singleElement().asString()
                .contains("a second document starts here");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "null", "---\n"})
    void anEmptyFileIsRefused(String text) {
        assertThat(problems(text)).containsExactly("my.yaml:1: the file is empty; it needs at least data.train");
    }

    @Test
    void deepNestingAndControlCharactersAreSyntaxErrorsNotCrashes() {
        assertThat(problems("a: " + "[".repeat(100_000))).singleElement().asString().contains("not YAML: ");
        assertThat(problems("a: \u0001")).singleElement().asString().contains("not YAML: ");
    }

    @Test
    void aByteOrderMarkIsSkipped() {
        assertThat(read("\uFEFF" + MINIMAL)).isEqualTo(read(MINIMAL));
    }

    @Test
    void filesThatAreNoConfigurationAreNamed(@TempDir Path folder) throws IOException {
        Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {'a', (byte) 0xff});
        Path large = Files.write(folder.resolve("large.yaml"), new byte[(1 << 20) + 1]);
        Path missing = folder.resolve("missing.yaml");
        for (Path file : List.of(binary, large, missing)) {
            assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(file, List.of())))
                    .hasMessageStartingWith(file + ": ");
        }
    }

    @Test
    void aFileIsReadWithItsNameInMessages(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("x.yaml"), MINIMAL + "lora: {rank: no}\n");
        assertThat(ConfigReader.read(file, List.of("lora.rank=3")).lora().rank()).isEqualTo(3);
        assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(file, List.of())).problems())
                .singleElement().asString().startsWith(file + ":2: lora.rank: ");
    }
}
