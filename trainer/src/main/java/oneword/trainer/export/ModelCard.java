package oneword.trainer.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import oneword.data.sts.StsProtocol;
import oneword.data.token.Tokenizer;
import oneword.trainer.evaluation.EvaluationReport;
import oneword.trainer.evaluation.ScoreTable;
import oneword.trainer.evaluation.TaskScore;
import oneword.trainer.evaluation.TransferScore;

/**
 * README.md of an export: metadata as the Hugging Face hub reads it, in YAML between two lines of {@code ---}, then how
 * to use the model, its prompt and its scores.
 */
final class ModelCard {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory()
        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).disable(YAMLGenerator.Feature.SPLIT_LINES));

    private final ExportSource source;
    private final ExportFormat format;
    private final String name;
    private final CardDetails details;

    /**
     * Prepares a card.
     *
     * @param output names the model
     */
    ModelCard(ExportSource source, ExportFormat format, Path output, ExportOptions options) {
        this.source = source;
        this.format = format;
        this.name = output.toAbsolutePath().normalize().getFileName().toString();
        this.details = options.card();
    }

    void write(Path folder) throws IOException {
        Files.writeString(folder.resolve("README.md"), text());
    }

    /** The whole file. */
    String text() {
        return "---\n" + metadata() + "---\n\n# " + name + "\n\n" + introduction() + "\n" + use() + "\n" + prompt()
            + "\n" + scores();
    }

    private String metadata() {
        ObjectNode card = YAML.createObjectNode();
        card.put("library_name", switch (format) {
            case PEFT -> "peft";
            case MERGED -> "transformers";
            case SENTENCE_TRANSFORMERS -> "sentence-transformers";
        });
        card.put("pipeline_tag", "sentence-similarity");
        ArrayNode tags = card.putArray("tags");
        List.of("sentence-similarity", "feature-extraction", "sentence-embeddings", "prompteol", "lora", "oneword")
            .forEach(tags::add);
        if (format == ExportFormat.SENTENCE_TRANSFORMERS) {
            tags.insert(0, "sentence-transformers");
        }
        list(card, "language", details.languages());
        details.license().ifPresent(license -> card.put("license", license));
        source.baseHubId().ifPresent(base -> {
            card.put("base_model", base);
            card.put("base_model_relation", format == ExportFormat.PEFT ? "adapter" : "finetune");
        });
        list(card, "datasets", details.datasets());
        details.results().filter(results -> !scored(results).isEmpty()).ifPresent(results -> index(card, results));
        try {
            return YAML.writeValueAsString(card);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void list(ObjectNode card, String key, List<String> values) {
        if (!values.isEmpty()) {
            values.forEach(card.putArray(key)::add);
        }
    }

    private void index(ObjectNode card, EvaluationReport report) {
        ObjectNode model = card.putArray("model-index").addObject();
        model.put("name", name);
        ArrayNode results = model.putArray("results");
        for (TransferScore score : report.result().transfer()) {
            ObjectNode result = results.addObject();
            result.putObject("task").put("type", "text-classification").put("name", "Text Classification");
            result.putObject("dataset").put("type", score.task().toLowerCase(Locale.ROOT)).put("name", score.task());
            result.putArray("metrics").addObject()
                .put("type", "accuracy")
                .put("name", "Accuracy x 100 of a logistic regression")
                .put("value", score.accuracy());
        }
        for (TaskScore score : scored(report)) {
            ObjectNode result = results.addObject();
            result.putObject("task").put("type", "semantic-similarity").put("name", "Semantic Textual Similarity");
            result.putObject("dataset").put("type", score.task().toLowerCase(Locale.ROOT)).put("name", score.task());
            result.putArray("metrics").addObject()
                .put("type", "spearman_cosine")
                .put("name", "Spearman of cosine x 100")
                .put("value", Math.round(score.spearman() * 1e4) / 1e4);
        }
    }

    /** A correlation that is not defined is no result. */
    private static List<TaskScore> scored(EvaluationReport report) {
        return report.result().scores().stream().filter(score -> Double.isFinite(score.spearman())).toList();
    }

    private String introduction() {
        String base = "`" + source.baseName() + "`";
        return switch (format) {
            case PEFT -> "Sentence embeddings: a LoRA adapter over " + base + " as a causal language model (its keys "
                + "begin with `base_model.model.model.`, and PEFT finds nothing, without a word, when it is loaded "
                + "over the bare model that AutoModel gives). ";
            case MERGED -> "Sentence embeddings: " + base + " with a LoRA adapter merged into its weights. ";
            case SENTENCE_TRANSFORMERS -> "Sentence embeddings: " + base + " with a LoRA adapter merged into its "
                + "weights, for sentence-transformers. ";
        } + "The vector of a sentence is the last hidden state of the last token of a prompt around it (PromptEOL, "
            + "arXiv 2307.16645).\n";
    }

    private String use() {
        return "## Use\n\n```python\n" + switch (format) {
            case SENTENCE_TRANSFORMERS -> """
                from sentence_transformers import SentenceTransformer

                model = SentenceTransformer("%s")
                vectors = model.encode(["A man is playing a guitar.", "Someone makes music."])
                print(model.similarity(vectors, vectors))
                """.formatted(name);
            case MERGED -> transformers("""
                from transformers import AutoModel, AutoTokenizer

                tokenizer = AutoTokenizer.from_pretrained("%1$s")
                model = AutoModel.from_pretrained("%1$s", dtype=torch.float32)
                """.formatted(name));
            case PEFT -> transformers("""
                from peft import PeftModel
                from transformers import AutoModelForCausalLM, AutoTokenizer

                base = "%s"
                tokenizer = AutoTokenizer.from_pretrained(base)
                causal = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
                PeftModel.from_pretrained(causal, "%s")
                model = causal.base_model
                """.formatted(source.baseName(), name));
        } + "```\n";
    }

    private String transformers(String load) {
        return "import torch\n" + load + """

            def prompt(sentence):
                text = " ".join(sentence.split())
                if text and text[-1] not in ".?\\"'":
                    text += "."
                text = text.replace('"', "'")
                if text.endswith("?"):
                    text = text[:-1] + "."
                return %s.replace("{sentence}", text)

            def embed(sentence):
                ids = %stokenizer(prompt(sentence), add_special_tokens=False).input_ids%s
                with torch.no_grad():
                    return model(torch.tensor([ids])).last_hidden_state[0, -1]
            """.formatted(python(source.prompt().template()), around(true), around(false));
    }

    /** The ids that the tokenizer puts before or after a text, said outright: not every version of a class does. */
    private String around(boolean before) {
        try (Tokenizer tokenizer = Tokenizer.load(source.base())) {
            int[] all = tokenizer.encode("a");
            int[] plain = tokenizer.encodePlain("a");
            int start = 0;
            while (!Arrays.equals(plain, Arrays.copyOfRange(all, start, start + plain.length))) {
                start++;
            }
            int[] ids = before ? Arrays.copyOf(all, start) : Arrays.copyOfRange(all, start + plain.length, all.length);
            String list = Arrays.toString(ids);
            return ids.length == 0 ? "" : before ? list + " + " : " + " + list;
        }
    }

    /** JSON's strings are Python's, save for pairs of surrogates, which Jackson writes as the characters they are. */
    private static String python(String text) {
        try {
            return new ObjectMapper().writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String prompt() {
        String text = "## Prompt\n\n```\n" + source.prompt().template() + "\n```\n\nA sentence's white space is "
            + "collapsed, a full stop is added where there is no end mark, `\"` becomes `'` and a question mark at the "
            + "end a full stop.\n";
        if (format != ExportFormat.SENTENCE_TRANSFORMERS) {
            return text + "`prompt.json` holds the template for oneword.\n";
        }
        return text + "The normaliser in `tokenizer.json` does all of this: give plain sentences. The prompt `"
            + PromptTokenizer.MARK + "` in the configuration only lets it see empty ones; leave it as it is. Names of "
            + "special tokens in a sentence, save that of the padding token, are read as text. A sentence beyond the "
            + "model's length loses its beginning, never the end of the prompt. Vectors have length 1.\n";
    }

    private String scores() {
        if (details.results().isEmpty()) {
            return "";
        }
        EvaluationReport report = details.results().get();
        StringBuilder table = new StringBuilder("## Scores\n");
        if (!scored(report).isEmpty()) {
            table.append("\n").append(StsProtocol.of(report.protocol()).map(StsProtocol::description)
                .orElse(report.protocol())).append("\n\n| task | pairs | Spearman |\n|---|---:|---:|\n");
        }
        for (TaskScore score : scored(report)) {
            table.append(String.format(Locale.ROOT, "| %s | %d | %.2f |\n", score.task().replace("|", "\\|"),
                score.pairs(), score.spearman()));
        }
        if (!report.result().transfer().isEmpty()) {
            table.append("\n" + ScoreTable.TRANSFER_PROTOCOL + "\n\n| task | examples | accuracy |\n|---|---:|---:|\n");
        }
        for (TransferScore score : report.result().transfer()) {
            table.append(String.format(Locale.ROOT, "| %s | %d | %.2f |\n", score.task(), score.examples(),
                score.accuracy()));
        }
        return table.toString();
    }
}
