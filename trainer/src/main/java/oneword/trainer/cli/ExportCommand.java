package oneword.trainer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import oneword.lora.adapter.PeftFiles;
import oneword.lora.merge.ModelMerge;
import oneword.lora.merge.Storage;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.config.InputPaths;
import oneword.trainer.evaluation.ResultsJson;
import oneword.trainer.export.CardDetails;
import oneword.trainer.export.ExportFormat;
import oneword.trainer.export.ExportOptions;
import oneword.trainer.export.ExportResult;
import oneword.trainer.export.ExportSource;
import oneword.trainer.export.Exports;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code oneword export}. */
@Command(name = "export", mixinStandardHelpOptions = true, versionProvider = Main.Versions.class,
    description = "Write a checkpoint in a form that other programs load.")
final class ExportCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(ExportCommand.class);

    @Option(names = "--checkpoint", paramLabel = "DIR", required = true,
        description = "A checkpoint, or a run (its best checkpoint).")
    private String checkpoint;

    @Option(names = "--format", paramLabel = "peft|merged|sentence-transformers", required = true,
        converter = FormatConverter.class,
        description = "peft: the adapter, over the causal language model. merged: a Hugging Face folder. "
            + "sentence-transformers: merged, with prompt, pooling and normalisation.")
    private ExportFormat format;

    @Option(names = "--output", paramLabel = "DIR", required = true, description = "An empty folder, or a new one.")
    private Path output;

    @Option(names = "--model", paramLabel = "DIR|HUB_ID",
        description = "The base model. Default: the one that the adapter names.")
    private String model;

    @Option(names = "--revision", paramLabel = "REV", defaultValue = "main",
        description = "Branch, tag or commit of a hub id (default: ${DEFAULT-VALUE}).")
    private String revision;

    @Option(names = "--storage", paramLabel = "base|fp32", converter = StorageConverter.class,
        description = "Type of merged weights. Default: the base model's for merged, fp32 for sentence-transformers.")
    private Storage storage;

    @Option(names = "--results", paramLabel = "FILE.json",
        description = "Scores for the model card: a file that `oneword evaluate --output` wrote.")
    private Path results;

    @Option(names = "--force", description = "Accept merged weights however far their vectors drift.")
    private boolean force;

    @Spec
    private CommandSpec spec;

    /** Reads {@code --format}. */
    static final class FormatConverter implements ITypeConverter<ExportFormat> {

        @Override
        public ExportFormat convert(String value) {
            return ExportFormat.named(value).orElseThrow(() -> new TypeConversionException(
                "expected one of " + List.of(ExportFormat.values()) + " but was '" + value + "'"));
        }
    }

    /** Reads {@code --storage}. */
    static final class StorageConverter implements ITypeConverter<Storage> {

        @Override
        public Storage convert(String value) {
            for (Storage storage : Storage.values()) {
                if (storage.key().equals(value)) {
                    return storage;
                }
            }
            throw new TypeConversionException("expected base or fp32 but was '" + value + "'");
        }
    }

    @Override
    public Integer call() {
        InputPaths paths = ModelOptions.paths();
        Path from = CheckpointStore.locate(paths.find(checkpoint));
        String name = model == null ? PeftFiles.baseModel(from) : model;
        CardDetails none = CardDetails.none();
        CardDetails card = new CardDetails(none.datasets(), none.languages(), none.license(),
            Optional.ofNullable(results).map(ResultsJson::read));
        ExportResult result = Exports.write(format,
            ExportSource.read(from, ModelOptions.models().find(name, revision), Optional.empty()), output,
            new ExportOptions(
                Optional.ofNullable(storage), ExportOptions.MAX_DRIFT, force, ModelMerge.SHARD_BYTES, card));
        result.drift().ifPresent(drift ->
            LOG.info(String.format(Locale.ROOT, "largest drift of a vector: 1 - cosine = %.1e", drift)));
        spec.commandLine().getOut().println(result.folder());
        spec.commandLine().getOut().flush();
        return 0;
    }
}
