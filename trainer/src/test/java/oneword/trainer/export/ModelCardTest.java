package oneword.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import oneword.data.prompt.PromptTemplate;
import oneword.lora.merge.ModelMerge;
import oneword.trainer.evaluation.EvaluationReport;
import oneword.trainer.evaluation.EvaluationResult;
import oneword.trainer.evaluation.TaskScore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The card's metadata is YAML that says what the hub asks for, and nothing that is not known. */
class ModelCardTest {

    private static final EvaluationReport RESULTS = new EvaluationReport(new EvaluationResult(List.of(
        new TaskScore("STS12", 3108, 62.221345), new TaskScore("own: pairs", 2, Double.NaN))), "m", "p");

    @ParameterizedTest
    @CsvSource({"PEFT, peft, adapter", "MERGED, transformers, finetune",
        "SENTENCE_TRANSFORMERS, sentence-transformers, finetune"})
    void theMetadataNamesLibraryTaskAndOrigin(ExportFormat format, String library, String relation)
        throws IOException {
        JsonNode card = metadata(card(format, "facebook/opt-125m", new CardDetails(
            List.of("princeton-nlp/datasets-for-simcse"), List.of("en", "no"), Optional.of("other"),
            Optional.empty())));

        assertThat(card.get("library_name").asText()).isEqualTo(library);
        assertThat(card.get("pipeline_tag").asText()).isEqualTo("sentence-similarity");
        assertThat(card.get("tags")).extracting(JsonNode::asText).contains("sentence-similarity", "prompteol");
        assertThat(card.get("base_model").asText()).isEqualTo("facebook/opt-125m");
        assertThat(card.get("base_model_relation").asText()).isEqualTo(relation);
        assertThat(card.get("datasets")).extracting(JsonNode::asText)
            .containsExactly("princeton-nlp/datasets-for-simcse");
        assertThat(card.get("language")).extracting(JsonNode::asText).containsExactly("en", "no");
        assertThat(card.get("license").asText()).isEqualTo("other");
        assertThat(card.has("model-index")).isFalse();
    }

    @Test
    void languageCodesThatYamlTakesForBooleansAreQuoted() {
        assertThat(card(ExportFormat.PEFT, "facebook/opt-125m", new CardDetails(
            List.of(), List.of("no"), Optional.empty(), Optional.empty())).text()).contains("- \"no\"");
    }

    @Test
    void measuredScoresAreResultsAndUndefinedOnesAreNot() throws IOException {
        ModelCard card = card(ExportFormat.MERGED, "facebook/opt-125m", new CardDetails(
            List.of(), List.of(), Optional.empty(), Optional.of(RESULTS)));

        JsonNode index = metadata(card).get("model-index");
        assertThat(index).hasSize(1);
        assertThat(index.at("/0/name").asText()).isEqualTo("my #1 model");
        assertThat(index.at("/0/results")).hasSize(1);
        assertThat(index.at("/0/results/0/task/type").asText()).isEqualTo("semantic-similarity");
        assertThat(index.at("/0/results/0/dataset/name").asText()).isEqualTo("STS12");
        assertThat(index.at("/0/results/0/metrics/0/type").asText()).isEqualTo("spearman_cosine");
        assertThat(index.at("/0/results/0/metrics/0/value").doubleValue()).isEqualTo(62.2213);
        assertThat(card.text()).contains("| STS12 | 3108 | 62.22 |").doesNotContain("NaN");
    }

    @Test
    void aBaseOnThisMachineIsNoHubId() throws IOException {
        Path local = Path.of("/somewhere/models/opt-mini");

        assertThat(new ExportSource(local, local, "models/opt-mini", PromptTemplate.DEFAULT, 32).baseHubId())
            .isEmpty();
        assertThat(new ExportSource(local, local, local.toString(), PromptTemplate.DEFAULT, 32).baseHubId()).isEmpty();
        assertThat(new ExportSource(local, local, "other/opt-mini", PromptTemplate.DEFAULT, 32).baseHubId())
            .contains("other/opt-mini");
        assertThat(metadata(card(ExportFormat.PEFT, "/a/b", CardDetails.none())).has("base_model")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(ExportFormat.class)
    void theCardShowsUseAndPrompt(ExportFormat format) {
        assertThat(card(format, "facebook/opt-125m", CardDetails.none()).text())
            .contains("```python\n").contains("```\n" + PromptTemplate.DEFAULT.template() + "\n```");
    }

    @Test
    void thePromptIsAStringOfPythonWhereCodeNeedsIt() {
        assertThat(card(ExportFormat.MERGED, "facebook/opt-125m", CardDetails.none()).text())
            .contains("return \"This sentence : \\\"{sentence}\\\" means in one word:\\\"\".replace(");
    }

    @Test
    void aPeftCardSaysWhatTheAdapterIsLoadedOver() {
        assertThat(card(ExportFormat.PEFT, "facebook/opt-125m", CardDetails.none()).text())
            .contains("causal language model").contains("AutoModelForCausalLM.from_pretrained(base")
            .contains("ids = [2] + tokenizer(prompt(sentence), add_special_tokens=False).input_ids\n");
    }

    private static ModelCard card(ExportFormat format, String baseName, CardDetails details) {
        ExportSource source = new ExportSource(
            Path.of("checkpoint"), MiniCheckpoint.BASE, baseName, PromptTemplate.DEFAULT, 32);
        return new ModelCard(source, format, Path.of("exports/my #1 model"), new ExportOptions(
            Optional.empty(), 1e-3, false, ModelMerge.SHARD_BYTES, details));
    }

    private static JsonNode metadata(ModelCard card) throws IOException {
        String text = card.text();
        assertThat(text).startsWith("---\n");
        return new ObjectMapper(new YAMLFactory()).readTree(text.substring(4, text.indexOf("\n---\n", 4) + 1));
    }
}
