package oneword.trainer.export;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import oneword.lora.decoder.Precision;
import oneword.lora.merge.MergedModel;
import oneword.lora.merge.ModelMerge;
import oneword.lora.merge.NewFolder;
import oneword.lora.merge.Storage;
import oneword.trainer.TrainerException;
import oneword.trainer.embedding.PromptFile;
import oneword.trainer.embedding.SentenceModel;
import oneword.trainer.embedding.TextRule;

/** The adapter in the base model's weights: a Hugging Face folder with prompt.json and a model card. */
final class MergedExport {

    private MergedExport() {}

    static ExportResult write(ExportSource source, Path output, ExportOptions options) {
        try (NewFolder folder = NewFolder.at(output)) {
            float[][] before = vectors(source);
            MergedModel merged = new ModelMerge(source.base(), source.checkpoint(),
                options.storage().orElse(Storage.BASE), options.maxShardBytes()).writeInto(folder.path());
            Files.write(folder.path().resolve(PromptFile.NAME), source.promptFile().toJson());
            double drift = VectorDrift.largest(before, vectors(folder.path()));
            VectorDrift.check(drift, options, source.checkpoint());
            new ModelCard(source, ExportFormat.MERGED, output, options).write(folder.path());
            return new ExportResult(folder.publish(), merged.modules(), OptionalDouble.of(drift));
        } catch (IOException e) {
            throw new TrainerException(output + ": cannot be written (" + e + ")", e);
        }
    }

    /** The vectors of base and adapter. */
    static float[][] vectors(ExportSource source) {
        try (SentenceModel model = SentenceModel.open(source.base(), Optional.of(source.checkpoint()),
            Optional.of(source.prompt()), Precision.FP32, Device.cpu())) {
            return model.embed(VectorDrift.SENTENCES, TextRule.EVALUATION);
        }
    }

    /** The vectors of a model folder by its own prompt.json. */
    static float[][] vectors(Path folder) {
        try (SentenceModel model = SentenceModel.open(
            folder, Optional.empty(), Optional.empty(), Precision.FP32, Device.cpu())) {
            return model.embed(VectorDrift.SENTENCES, TextRule.EVALUATION);
        }
    }
}
