package oneword.trainer.export;

import java.nio.file.Path;

/** Writes exports. */
public final class Exports {

    private Exports() {}

    /**
     * Writes an export, whole or not at all.
     *
     * @param format its form
     * @param source what it is made from
     * @param output a folder that is empty or does not exist
     * @param options how it is made
     * @return what was written
     * @throws oneword.lora.LoraException where a model or adapter file is damaged, the adapter does not fit the base,
     *     or the output has content
     * @throws oneword.data.DataException where the base has no tokenizer, or the prompt is too long for it
     * @throws oneword.trainer.TrainerException where vectors drift too far, or the prompt cannot be expressed
     */
    public static ExportResult write(ExportFormat format, ExportSource source, Path output, ExportOptions options) {
        return switch (format) {
            case PEFT -> PeftExport.write(source, output, options);
            case MERGED -> MergedExport.write(source, output, options);
            case SENTENCE_TRANSFORMERS -> SentenceTransformersExport.write(source, output, options);
        };
    }
}
