package oneword.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a person sees when something is wrong: one message, an exit code, no stack trace. */
class CommandLineTest {

    private static final Path ROOT = Path.of(System.getProperty("oneword.root"));

    @TempDir
    private Path folder;
    private String home;

    /** What a command said and how it ended. */
    private record Said(int code, String out, String err) {}

    @BeforeEach
    void stayAtHome() {
        home = System.getProperty("oneword.home");
        System.setProperty("oneword.home", ROOT.toString());
    }

    @AfterEach
    void leaveHome() {
        if (home == null) {
            System.clearProperty("oneword.home");
        } else {
            System.setProperty("oneword.home", home);
        }
    }

    @Test
    void aDryRunTellsWhatARunWillBe() {
        Said said = oneword("train", "--config", "quickstart.yaml", "--dry-run");
        assertThat(said.code()).isZero();
        assertThat(said.out()).contains("parameters", "trainable parameters", "tokens", "steps", "expected memory");
    }

    @Test
    void aDryRunOfTheLargestModelNeedsNoWeights() throws IOException {
        Path model = Files.createDirectories(folder.resolve("opt-66b"));
        Files.copy(ROOT.resolve("models/opt-mini/tokenizer.json"), model.resolve("tokenizer.json"));
        Files.writeString(model.resolve("config.json"), """
            {"model_type": "opt", "hidden_size": 9216, "ffn_dim": 36864, "num_hidden_layers": 64,
             "num_attention_heads": 72, "word_embed_proj_dim": 9216, "vocab_size": 50272}""");
        Said said = oneword("train", "--config", "quickstart.yaml", "--dry-run", "--set", "model.name=" + model);
        assertThat(said.code()).isZero();
        // sum(p.numel() for p in OPTModel(config).parameters()) in transformers 5.23
        assertThat(said.out()).contains("65,719,701,504 frozen");
    }

    @Test
    void aReportCanBeMadeOfAnyRun() throws IOException {
        Path run = Files.createDirectories(folder.resolve("runs/first"));
        Files.writeString(run.resolve("config.yaml"), "model: {name: models/opt-mini}\n");
        Said made = oneword("report", "first", "--root", folder.resolve("runs").toString());
        assertThat(made.code()).isZero();
        assertThat(made.out()).isEqualTo(run.resolve("report.html") + System.lineSeparator());
        assertThat(run.resolve("report.html")).content().contains("No step has been made yet");
        Said elsewhere = oneword("report", run.toString(), "--output", folder.resolve("page.html").toString());
        assertThat(elsewhere.code()).isZero();
        assertThat(folder.resolve("page.html")).isNotEmptyFile();

        Said none = oneword("report", "second", "--root", folder.resolve("runs").toString());
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err()).contains("second", "no such run", "first");
        Said blocked = oneword("report", run.toString(), "--output", run.resolve("config.yaml/x.html").toString());
        assertThat(blocked.code()).isEqualTo(1);
        assertThat(blocked.err()).contains("cannot write the report to");
        assertOneMessage(blocked);
    }

    @Test
    void allMistakesOfAConfigurationAreToldTogether() throws IOException {
        Path config = write("bad.yaml", """
            data: {train: configs/quickstart/triples.csv}
            training: {learnig_rate: 1e-3, batch_size: many}
            lora: {rank: 0}
            """);
        Said said = oneword("train", "--config", config.toString());
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("learnig_rate", "learning_rate", "batch_size", "lora.rank");
        assertOneMessage(said);
    }

    @Test
    void aMissingConfigurationIsAUsageErrorWithASuggestion() {
        Said said = oneword("train", "--config", "quickstrat.yaml");
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("quickstart.yaml");
        assertOneMessage(said);
    }

    @Test
    void wrongColumnsAreNamed() throws IOException {
        Path data = write("data.csv", "premise,hypothesis\na,b\n");
        Said said = train("data.train=" + data);
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).contains("data.csv", "sent0", "premise", "data.columns");
        assertOneMessage(said);
    }

    @Test
    void aMissingModelIsNamedWithTheWayOut() {
        Said said = train("model.name=models/opt-maxi");
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).contains("models/opt-maxi");
        assertOneMessage(said);
    }

    @Test
    void truncatedWeightsAreNamed() throws IOException {
        Path model = copyOfTheModel();
        try (RandomAccessFile weights = new RandomAccessFile(model.resolve("model.safetensors").toFile(), "rw")) {
            weights.setLength(weights.length() / 2);
        }
        Said said = train("model.name=" + model);
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).contains("model.safetensors");
        assertOneMessage(said);
    }

    @Test
    void aModelOfAnotherFamilyIsRefusedByName() throws IOException {
        Path model = copyOfTheModel();
        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"bert\"}");
        Said said = train("model.name=" + model);
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).contains("config.json", "model_type", "bert");
        assertOneMessage(said);
    }

    @Test
    void aTargetThatTheModelLacksIsNamed() {
        Said said = train("lora.targets=[q_proj, fc3, o_proj]");
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("lora.targets", "fc3 (did you mean fc1?)", "o_proj",
            "it has q_proj, k_proj, v_proj, out_proj, fc1, fc2");
        assertOneMessage(said);
    }

    @Test
    void sentencesBecomeVectorsInTheirOrder() throws IOException {
        Path input = write("in.txt", "A dog runs.\n\nA much longer sentence about a dog that runs.\n");
        Path output = folder.resolve("out.jsonl");
        Said said = oneword("embed", "--model", "models/opt-mini", "--input", input.toString(), "--output",
            output.toString(), "--normalize");
        assertThat(said.code()).isZero();
        assertThat(Files.readAllLines(output)).hasSize(3).allSatisfy(line -> {
            double squares = Stream.of(line.substring(1, line.length() - 1).split(","))
                .mapToDouble(Double::parseDouble).map(x -> x * x).sum();
            assertThat(squares).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-5));
        });
    }

    @Test
    void evaluationPrintsATableAndWritesItsFile() throws IOException {
        Path pairs = write("own.tsv", "A man runs.\tA man is running.\t5\nA cat sleeps.\tIt rains.\t0\n"
            + "She sings.\tA woman sings a song.\t4.5\n");
        Path output = folder.resolve("scores.json");
        Said said = oneword("evaluate", "--model", "models/opt-mini", "--tasks", pairs.toString(), "--output",
            output.toString());
        assertThat(said.code()).isZero();
        assertThat(said.out()).contains("own");
        assertThat(Files.readString(output)).contains("\"tasks\"", "\"own\"", "\"n\" : 3", "\"average\"", "\"prompt\"");
    }

    @Test
    void triplesAreFormedFromPairs() throws IOException {
        Path pairs = write("pairs.tsv", """
            premise\thypothesis\tlabel
            A man plays a guitar.\tA man makes music.\tentailment
            A man plays a guitar.\tA man sleeps.\tcontradiction
            A cat sleeps.\tAn animal rests.\tentailment
            """);
        Path output = folder.resolve("triples.csv");
        Said said = oneword("data", "triples", "--input", pairs.toString(), "--output", output.toString());
        assertThat(said.code()).isZero();
        assertThat(said.out()).contains("1 triples");
        assertThat(Files.readAllLines(output)).hasSize(2).first().isEqualTo("sent0,sent1,hard_neg");
    }

    @Test
    void triplesThatShareASentenceWithAnEvaluationSetAreLeftOut() throws IOException {
        Path input = write("t.csv", "sent0,sent1,hard_neg\nA man runs.,He moves.,He sits.\nA cat.,A pet.,A car.\n");
        Path set = write("own.tsv", "a man runs !\tIt rains.\t5\n");
        Path output = folder.resolve("clean.csv");
        Said said = oneword("data", "exclude", "--input", input.toString(), "--against", set.toString(),
            "--output", output.toString());
        assertThat(said.code()).isZero();
        assertThat(said.out()).contains("1 of 2 rows share a sentence with own (1)");
        assertThat(Files.readAllLines(output)).containsExactly("sent0,sent1,hard_neg", "A cat.,A pet.,A car.");
        assertThat(oneword("data", "exclude", "--input", input.toString(), "--against", "STS17", "--output",
            output.toString()).err()).contains("STS17", "did you mean STS");
    }

    @Test
    void thePromptThatAnAdapterWasTrainedWithIsTheOneThatServesIt() throws IOException {
        Path run = folder.resolve("prompted");
        Said trained = train("run.root=" + folder, "run.name=prompted", "prompt.template=In short {sentence} is:",
            "training.max_steps=1", "data.limit=4", "training.batch_size=2", "evaluation.every=0",
            "evaluation.tasks=[]", "evaluation.neighbours=null");
        assertThat(trained.code()).as(trained.err()).isZero();
        Path pairs = write("own.tsv", "A man runs.\tA man is running.\t5\nA cat sleeps.\tIt rains.\t0\n");
        Path output = folder.resolve("scores.json");
        assertThat(oneword("evaluate", "--adapter", run.toString(), "--tasks", pairs.toString(), "--output",
            output.toString()).code()).isZero();
        assertThat(Files.readString(output)).contains("In short {sentence} is:");
    }

    @Test
    void aRunBeginsWithAnotherRunsAdapter() {
        String[] small = {"run.root=" + folder, "training.max_steps=1", "data.limit=4", "training.batch_size=2",
            "evaluation.every=0", "evaluation.tasks=[]", "evaluation.neighbours=null", "lora.rank=2", "lora.alpha=2"};
        Said first = train(with(small, "run.name=first"));
        assertThat(first.code()).as(first.err()).isZero();
        String adapter = "lora.initialize_from=" + folder.resolve("first/best");
        Said second = train(with(small, "run.name=second", adapter, "training.warmup_steps=5"));
        assertThat(second.code()).as(second.err()).isZero();
        assertThat(folder.resolve("second/best/adapter_model.safetensors"))
            .as("the first update of a warm-up moves nothing")
            .hasSameBinaryContentAs(folder.resolve("first/best/adapter_model.safetensors"));

        Said other = train(with(small, "run.name=third", adapter, "lora.rank=3"));
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("rank 2", "rank 3");
        assertOneMessage(other);
    }

    @Test
    void aChangedConfigurationIsListedAndAppliedOrRefused() throws IOException {
        Said first = train("run.root=" + folder, "run.name=first", "training.max_steps=1", "data.limit=4",
            "training.batch_size=2", "evaluation.every=0", "evaluation.tasks=[]", "evaluation.neighbours=null",
            "lora.rank=2", "lora.alpha=2");
        assertThat(first.code()).as(first.err()).isZero();
        Path run = folder.resolve("first");
        Said refused = oneword("train", "--resume", run.toString(), "--set", "training.learning_rate=2e-3", "--set",
            "training.seed=7", "--set", "checkpoint.keep=9");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("training.learning_rate: 0.001 -> 0.002", "training.seed: 42 -> 7")
            .doesNotContain("checkpoint.keep");
        assertOneMessage(refused);
        assertThat(run.resolve("config.yaml")).content().doesNotContain("keep: 9");

        Said applied = oneword("train", "--resume", run.toString(), "--set", "checkpoint.keep=9");
        assertThat(applied.code()).as(applied.err()).isZero();
        assertThat(run.resolve("config.yaml")).content().contains("keep: 9");
    }

    private static String[] with(String[] some, String... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void aSecondRunInTheSameFolderLosesNothing() throws IOException {
        Path config = Files.createDirectories(folder.resolve("taken")).resolve("config.yaml");
        Files.writeString(config, "data: {train: x}\n");
        Said said = train("run.root=" + folder, "run.name=taken");
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).contains("taken", "--resume");
        assertThat(config).hasContent("data: {train: x}");
        assertOneMessage(said);
    }

    @Test
    void theDoctorSaysWhatWasChosenAndWhy() {
        Said said = oneword("doctor");
        assertThat(said.code()).isZero();
        assertThat(said.out()).contains("PyTorch", "device", "training", "since", "models", "libraries");
    }

    private Said train(String... overrides) {
        List<String> args = new ArrayList<>(List.of("train", "--config", "quickstart.yaml", "--set",
            "run.root=" + folder.resolve("runs")));
        for (String override : overrides) {
            args.add("--set");
            args.add(override);
        }
        return oneword(args.toArray(String[]::new));
    }

    private static Said oneword(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine(new Main());
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        int code = line.execute(args);
        return new Said(code, out.toString(), err.toString());
    }

    private static void assertOneMessage(Said said) {
        assertThat(said.err()).startsWith("oneword: ").doesNotContain("\tat ", "Exception");
        assertThat(said.out()).isEmpty();
    }

    private Path write(String name, String text) throws IOException {
        return Files.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private Path copyOfTheModel() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("model"));
        try (Stream<Path> files = Files.list(ROOT.resolve("models/opt-mini"))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }
}
