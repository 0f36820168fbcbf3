package oneword.trainer.export;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import oneword.data.prompt.PromptTemplate;
import oneword.lora.adapter.PeftFiles;
import oneword.trainer.embedding.PromptFile;

/**
 * What an export is made from.
 *
 * @param checkpoint folder with adapter_config.json and adapter_model.safetensors
 * @param base Hugging Face folder of the base model
 * @param baseName what the adapter calls its base model: a hub id or a folder
 * @param prompt text around each sentence
 * @param maxSentenceTokens cut of training sentences, kept beside the prompt
 */
public record ExportSource(
    Path checkpoint, Path base, String baseName, PromptTemplate prompt, int maxSentenceTokens) {

    private static final int DEFAULT_SENTENCE_TOKENS = 32;
    private static final Pattern HUB_ID = Pattern.compile("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*");

    /**
     * Reads a checkpoint, with the prompt saved beside it, else the published one.
     *
     * @param checkpoint PEFT adapter folder, with or without prompt.json
     * @param base folder of the model that {@link PeftFiles#baseModel} names
     * @param prompt used in place of the saved one; empty means that one
     * @throws oneword.lora.LoraException where adapter_config.json is missing or damaged
     * @throws oneword.trainer.TrainerException where prompt.json is damaged
     */
    public static ExportSource read(Path checkpoint, Path base, Optional<PromptTemplate> prompt) {
        PromptFile saved = PromptFile.read(checkpoint)
            .orElse(new PromptFile(PromptTemplate.DEFAULT.template(), DEFAULT_SENTENCE_TOKENS));
        return new ExportSource(checkpoint, base, PeftFiles.baseModel(checkpoint),
            prompt.orElseGet(() -> new PromptTemplate(saved.template())), saved.maxSentenceTokens());
    }

    /** The prompt as it is saved. */
    PromptFile promptFile() {
        return new PromptFile(prompt.template(), maxSentenceTokens);
    }

    /** The base model's hub id, unless its name is a folder on this machine. */
    Optional<String> baseHubId() {
        boolean local = base.toAbsolutePath().endsWith(Path.of(baseName));
        return HUB_ID.matcher(baseName).matches() && !local ? Optional.of(baseName) : Optional.empty();
    }
}
