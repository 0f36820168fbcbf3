package oneword.trainer.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import oneword.lora.adapter.AdapterFile;
import oneword.lora.adapter.PeftFiles;
import oneword.lora.merge.ModelMerge;
import oneword.lora.merge.NewFolder;
import oneword.lora.merge.Storage;
import oneword.trainer.TrainerException;
import oneword.trainer.embedding.PromptFile;

/**
 * The adapter alone: adapter_config.json and adapter_model.safetensors as PEFT loads them over the causal language
 * model, prompt.json and a model card. PEFT says nothing where keys do not match, so every tensor is
 * held against the base model's first.
 */
final class PeftExport {

    private PeftExport() {}

    static ExportResult write(ExportSource source, Path output, ExportOptions options) {
        int modules = new ModelMerge(source.base(), source.checkpoint(), Storage.BASE).check();
        refuseOverBareModel(source.checkpoint());
        try (NewFolder folder = NewFolder.at(output)) {
            for (String name : List.of(PeftFiles.CONFIG, PeftFiles.WEIGHTS)) {
                Files.copy(source.checkpoint().resolve(name), folder.path().resolve(name));
            }
            Files.write(folder.path().resolve(PromptFile.NAME), source.promptFile().toJson());
            new ModelCard(source, ExportFormat.PEFT, output, options).write(folder.path());
            return new ExportResult(folder.publish(), modules, OptionalDouble.empty());
        } catch (IOException e) {
            throw new TrainerException(output + ": cannot be written (" + e + ")", e);
        }
    }

    private static void refuseOverBareModel(Path checkpoint) {
        try (AdapterFile adapter = AdapterFile.open(checkpoint)) {
            for (String module : adapter.modules()) {
                if (!module.startsWith("model.")) {
                    throw new TrainerException(adapter.file() + ": " + module + ": this adapter is made for the model "
                        + "without its language-model head; it is a PEFT folder as it stands, or export it as merged");
                }
            }
        }
    }
}
