package oneword.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import oneword.data.prompt.PromptTemplate;
import oneword.lora.LoraException;
import oneword.lora.decoder.Precision;
import oneword.lora.merge.ModelMerge;
import oneword.lora.merge.Storage;
import oneword.trainer.TrainerException;
import oneword.trainer.embedding.SentenceModel;
import oneword.trainer.embedding.TextRule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every export gives the vectors of the checkpoint it was made from, and holds what its readers look for. */
class ExportsTest {

    private static final String TEMPLATE = "The text \"{sentence}\" says:\"";

    @TempDir
    private static Path shared;
    private static ExportSource source;
    private static float[][] expected;

    @TempDir
    private Path folder;

    @BeforeAll
    static void oneCheckpoint() throws IOException {
        Path checkpoint = MiniCheckpoint.write(shared.resolve("checkpoint"), "some/opt-mini", TEMPLATE, 0.3);
        source = ExportSource.read(checkpoint, MiniCheckpoint.BASE, Optional.empty());
        expected = vectors(MiniCheckpoint.BASE, Optional.of(checkpoint));
        assertThat(VectorDrift.largest(expected, vectors(MiniCheckpoint.BASE, Optional.empty())))
            .as("the adapter changes the vectors").isGreaterThan(0.01);
    }

    @Test
    void thePromptIsThatOfTheCheckpointUnlessAnotherIsGiven() {
        PromptTemplate other = PromptTemplate.DEFAULT.withDemonstration("A man is smoking.", "Smoking");

        assertThat(source.prompt().template()).isEqualTo(TEMPLATE);
        assertThat(ExportSource.read(source.checkpoint(), MiniCheckpoint.BASE, Optional.of(other)).prompt())
            .isEqualTo(other);
    }

    @Test
    void aPeftExportIsTheAdapterWithPromptAndCard() throws IOException {
        ExportResult result = export(ExportFormat.PEFT, ExportOptions.defaults());

        assertThat(names(result.folder())).containsExactlyInAnyOrder(
            "README.md", "adapter_config.json", "adapter_model.safetensors", "prompt.json");
        assertThat(result.modules()).isEqualTo(24);
        assertThat(result.drift()).isEmpty();
        assertEqual(vectors(MiniCheckpoint.BASE, Optional.of(result.folder())));
    }

    @Test
    void aMergedExportInFp32GivesTheSameVectors() throws IOException {
        ExportResult result = export(ExportFormat.MERGED, storage(Storage.FP32));

        assertThat(names(result.folder())).contains("README.md", "prompt.json", "config.json", "model.safetensors",
            "tokenizer.json").doesNotContain("adapter_config.json", "trainer_state.json", "optimizer.safetensors");
        assertThat(result.drift().orElseThrow()).isLessThan(1e-9);
        assertEqual(vectors(result.folder(), Optional.empty()));
    }

    @Test
    void aMergedExportKeepsTheBasesTypeAndSaysHowFarTheVectorsMove() throws IOException {
        ExportResult result = export(ExportFormat.MERGED, ExportOptions.defaults());

        assertThat(Files.size(result.folder().resolve("model.safetensors")))
            .isEqualTo(Files.size(MiniCheckpoint.BASE.resolve("model.safetensors")));
        assertThat(result.drift().orElseThrow()).isGreaterThan(1e-12).isLessThan(1e-4)
            .isEqualTo(VectorDrift.largest(expected, vectors(result.folder(), Optional.empty())), within(1e-9));
    }

    @Test
    void driftBeyondTheBoundIsRefusedUnlessForced() throws IOException {
        ExportOptions strict =
            new ExportOptions(Optional.of(Storage.BASE), 1e-13, false, ModelMerge.SHARD_BYTES, CardDetails.none());
        ExportOptions forced =
            new ExportOptions(Optional.of(Storage.BASE), 1e-13, true, ModelMerge.SHARD_BYTES, CardDetails.none());

        assertThatThrownBy(() -> export(ExportFormat.MERGED, strict)).isInstanceOf(TrainerException.class)
            .hasMessageContainingAll("1 - cosine", "more than 1e-13", "fp32", "force");
        assertThat(folder).isEmptyDirectory();
        assertThat(export(ExportFormat.MERGED, forced).folder()).isNotEmptyDirectory();
    }

    @Test
    void vectorsThatAreNotNumbersAreBeyondEveryBound() {
        float[][] one = {{1, 0}};

        assertThat(VectorDrift.largest(one, new float[][] {{0, 2}})).isEqualTo(1);
        assertThat(VectorDrift.largest(one, new float[][] {{3, 0}})).isZero();
        assertThatThrownBy(() -> VectorDrift.check(VectorDrift.largest(one, new float[][] {{Float.NaN, 0}}),
            ExportOptions.defaults(), folder)).isInstanceOf(TrainerException.class);
    }

    @Test
    void aSentenceTransformersExportHoldsItsModules() throws IOException {
        ExportResult result = export(ExportFormat.SENTENCE_TRANSFORMERS, ExportOptions.defaults());

        assertThat(names(result.folder())).containsExactlyInAnyOrder("1_Pooling", "README.md", "config.json",
            "config_sentence_transformers.json", "generation_config.json", "model.safetensors", "modules.json",
            "prompt.json", "sentence_bert_config.json", "tokenizer.json", "tokenizer_config.json");
        assertThat(json(result, "modules.json").findValuesAsText("type")).containsExactly(
            "sentence_transformers.models.Transformer", "sentence_transformers.models.Pooling",
            "sentence_transformers.models.Normalize");
        assertThat(json(result, "modules.json").findValuesAsText("path"))
            .containsExactly("", "1_Pooling", "2_Normalize");
        assertThat(json(result, "modules.json").findValuesAsText("idx")).containsExactly("0", "1", "2");
        assertThat(json(result, "1_Pooling/config.json").get("word_embedding_dimension").asInt()).isEqualTo(256);
        assertThat(json(result, "1_Pooling/config.json").get("pooling_mode_lasttoken").asBoolean()).isTrue();
        assertThat(json(result, "1_Pooling/config.json").get("pooling_mode_mean_tokens").asBoolean()).isFalse();
        assertThat(json(result, "sentence_bert_config.json").get("max_seq_length").asInt()).isEqualTo(512);
        assertThat(json(result, "config.json").get("dtype").asText()).isEqualTo("float32");
        assertThat(json(result, "tokenizer_config.json").get("tokenizer_class").asText())
            .isEqualTo("PreTrainedTokenizerFast");
        JsonNode model = json(result, "config_sentence_transformers.json");
        assertThat(model.at("/prompts").get(model.get("default_prompt_name").asText()).asText())
            .isEqualTo(PromptTokenizer.MARK);
        assertThat(result.drift().orElseThrow()).isLessThan(1e-9);
    }

    @Test
    void onewordReadsASentenceTransformersExportWithoutPuttingThePromptTwice() throws IOException {
        ExportResult result = export(ExportFormat.SENTENCE_TRANSFORMERS, ExportOptions.defaults());

        assertEqual(vectors(result.folder(), Optional.empty()));
    }

    @Test
    void beyondTheLimitAnExportHasShards() throws IOException {
        export(ExportFormat.MERGED, new ExportOptions(
            Optional.of(Storage.FP32), 1e-3, false, 10_000_000, CardDetails.none()));

        assertThat(names(folder.resolve("export"))).contains("model.safetensors.index.json")
            .doesNotContain("model.safetensors");
        assertEqual(vectors(folder.resolve("export"), Optional.empty()));
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        Files.createDirectories(folder.resolve("export"));
        Files.writeString(folder.resolve("export/precious"), "mine");

        for (ExportFormat format : ExportFormat.values()) {
            assertThatThrownBy(() -> export(format, ExportOptions.defaults())).as(format.key())
                .isInstanceOf(LoraException.class).hasMessageContaining("is not empty");
        }
        assertThat(names(folder)).containsExactly("export");
        assertThat(names(folder.resolve("export"))).containsExactly("precious");
    }

    @Test
    void anAdapterForAnotherModelIsRefusedInEveryFormat() throws IOException {
        Path base = Path.of(System.getProperty("oneword.root"), "lora/src/test/resources/golden/decoder/pre-norm");

        assertThatThrownBy(() -> Exports.write(ExportFormat.PEFT,
            new ExportSource(source.checkpoint(), base, "x/y", source.prompt(), 32), folder.resolve("export"),
            ExportOptions.defaults())).isInstanceOf(LoraException.class).hasMessageContaining("another base model?");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anAdapterOverTheModelWithoutItsHeadIsNoPeftExport() {
        Path golden = Path.of(System.getProperty("oneword.root"), "lora/src/test/resources/golden");

        assertThatThrownBy(() -> Exports.write(ExportFormat.PEFT,
            new ExportSource(golden.resolve("lora/bare-names"), golden.resolve("decoder/pre-norm"), "x/y",
                source.prompt(), 32), folder.resolve("export"), ExportOptions.defaults()))
            .isInstanceOf(TrainerException.class).hasMessageContaining("without its language-model head");
    }

    @Test
    void formatsAreNamedAsOnTheCommandLine() {
        assertThat(ExportFormat.named("sentence-transformers")).contains(ExportFormat.SENTENCE_TRANSFORMERS);
        assertThat(ExportFormat.named("SENTENCE_TRANSFORMERS")).isEmpty();
        assertThat(Stream.of(ExportFormat.values()).map(ExportFormat::key))
            .containsExactly("peft", "merged", "sentence-transformers");
    }

    private ExportResult export(ExportFormat format, ExportOptions options) {
        return Exports.write(format, source, folder.resolve("export"), options);
    }

    private static ExportOptions storage(Storage storage) {
        return new ExportOptions(
            Optional.of(storage), ExportOptions.MAX_DRIFT, false, ModelMerge.SHARD_BYTES, CardDetails.none());
    }

    private static float[][] vectors(Path model, Optional<Path> adapter) {
        Optional<PromptTemplate> prompt = model.equals(MiniCheckpoint.BASE)
            ? Optional.of(new PromptTemplate(TEMPLATE)) : Optional.empty();
        try (SentenceModel loaded = SentenceModel.open(model, adapter, prompt, Precision.FP32, Device.cpu())) {
            return loaded.embed(VectorDrift.SENTENCES, TextRule.EVALUATION);
        }
    }

    private static void assertEqual(float[][] vectors) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(vectors[i]).as(VectorDrift.SENTENCES.get(i)).containsExactly(expected[i], within(1e-4f));
        }
    }

    private static JsonNode json(ExportResult result, String name) throws IOException {
        return new ObjectMapper().readTree(Files.readAllBytes(result.folder().resolve(name)));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
