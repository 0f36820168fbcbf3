package oneword.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import oneword.lora.adapter.PeftFiles;
import oneword.trainer.TrainerException;
import oneword.trainer.checkpoint.CheckpointStore;
import oneword.trainer.embedding.PromptFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code oneword export}. */
@Command(name = "export", mixinStandardHelpOptions = true,
    description = "Write a checkpoint in a form that other programs load.")
final class ExportCommand implements Callable<Integer> {

    /** Forms of an export. */
    enum Format {
        /** PEFT adapter over the causal language model. */
        PEFT
    }

    @Option(names = "--checkpoint", paramLabel = "DIR", required = true,
        description = "A checkpoint, or a run (its best checkpoint).")
    private String checkpoint;

    @Option(names = "--format", paramLabel = "peft", required = true,
        description = "peft: adapter_config.json and adapter_model.safetensors.")
    private Format format;

    @Option(names = "--output", paramLabel = "DIR", required = true, description = "A folder that does not exist yet.")
    private Path output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path from = CheckpointStore.locate(ModelOptions.paths().find(checkpoint));
        if (Files.exists(output)) {
            throw new TrainerException(output + ": is there already; choose another --output");
        }
        Files.createDirectories(output);
        for (String name : List.of(PeftFiles.CONFIG, PeftFiles.WEIGHTS, PromptFile.NAME)) {
            if (Files.isRegularFile(from.resolve(name))) {
                Files.copy(from.resolve(name), output.resolve(name));
            }
        }
        spec.commandLine().getOut().println(output);
        spec.commandLine().getOut().flush();
        return 0;
    }
}
