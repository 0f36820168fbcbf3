package oneword.trainer.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import oneword.data.prompt.PromptTemplate;
import oneword.lora.decoder.DecoderConfig;
import oneword.lora.decoder.Decoders;
import oneword.lora.merge.MergedModel;
import oneword.lora.merge.ModelMerge;
import oneword.lora.merge.NewFolder;
import oneword.lora.merge.Storage;
import oneword.trainer.TrainerException;
import oneword.trainer.Version;
import oneword.trainer.embedding.PromptFile;

/**
 * A sentence-transformers folder: the merged model, a tokenizer that puts the prompt around plain sentences
 * ({@link PromptTokenizer}), pooling of the last token, and normalisation. Keys and module types are the old ones,
 * which old and new versions read.
 */
final class SentenceTransformersExport {

    /** What would bring back the tokenizer that knows no prompt. */
    private static final List<String> OTHER_TOKENIZERS = List.of("tokenizer.json", "tokenizer_config.json",
        "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "tokenizer.model",
        "chat_template.jinja");

    private final ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final Path folder;

    private SentenceTransformersExport(Path folder) {
        this.folder = folder;
    }

    static ExportResult write(ExportSource source, Path output, ExportOptions options) {
        DecoderConfig config = Decoders.read(source.base());
        try (NewFolder folder = NewFolder.at(output)) {
            float[][] before = MergedExport.vectors(source);
            MergedModel merged = new ModelMerge(source.base(), source.checkpoint(),
                options.storage().orElse(Storage.FP32), options.maxShardBytes()).writeInto(folder.path());
            for (String name : OTHER_TOKENIZERS) {
                Files.deleteIfExists(folder.path().resolve(name));
            }
            new PromptTokenizer(source, config.maxPositions(), config.padId()).write(folder.path());
            new SentenceTransformersExport(folder.path()).writeModules(config);
            // oneword reads the folder too: its sentences pass the tokenizer's prompt, so its own is the mark alone.
            PromptFile mark =
                new PromptFile(PromptTokenizer.MARK + PromptTemplate.PLACEHOLDER, source.maxSentenceTokens());
            Files.write(folder.path().resolve(PromptFile.NAME), mark.toJson());
            double drift = VectorDrift.largest(before, MergedExport.vectors(folder.path()));
            VectorDrift.check(drift, options, source.checkpoint());
            new ModelCard(source, ExportFormat.SENTENCE_TRANSFORMERS, output, options).write(folder.path());
            return new ExportResult(folder.publish(), merged.modules(), OptionalDouble.of(drift));
        } catch (IOException e) {
            throw new TrainerException(output + ": cannot be written (" + e + ")", e);
        }
    }

    private void writeModules(DecoderConfig config) throws IOException {
        ArrayNode modules = mapper.createArrayNode();
        module(modules, "", "Transformer");
        module(modules, "1_Pooling", "Pooling");
        module(modules, "2_Normalize", "Normalize");
        json("modules.json", modules);

        ObjectNode model = mapper.createObjectNode();
        model.putObject("__version__").put("oneword", Version.ONEWORD);
        ObjectNode prompts = model.putObject("prompts");
        for (String name : List.of("sentence", "query", "document")) {
            prompts.put(name, PromptTokenizer.MARK);
        }
        model.put("default_prompt_name", "sentence");
        model.put("similarity_fn_name", "cosine");
        json("config_sentence_transformers.json", model);

        json("sentence_bert_config.json", mapper.createObjectNode()
            .put("max_seq_length", config.maxPositions())
            .put("do_lower_case", false));

        ObjectNode pooling = mapper.createObjectNode().put("word_embedding_dimension", config.outputWidth());
        for (String mode : List.of("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens",
            "weightedmean_tokens", "lasttoken")) {
            pooling.put("pooling_mode_" + mode, mode.equals("lasttoken"));
        }
        pooling.put("include_prompt", true);
        Files.createDirectories(folder.resolve("1_Pooling"));
        json("1_Pooling/config.json", pooling);
    }

    private void module(ArrayNode modules, String path, String type) {
        modules.addObject().put("idx", modules.size() - 1).put("name", Integer.toString(modules.size() - 1))
            .put("path", path).put("type", "sentence_transformers.models." + type);
    }

    private void json(String name, JsonNode content) throws IOException {
        Files.write(folder.resolve(name), mapper.writeValueAsBytes(content));
    }
}
