package oneword.trainer.export;

import ai.djl.Device;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.adapter.PeftFiles;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.Decoders;
import oneword.lora.decoder.Precision;
import oneword.trainer.embedding.PromptFile;

/** Checkpoints, over opt-mini unless said otherwise, with an adapter that changes the vectors a good deal. */
final class MiniCheckpoint {

    static final Path BASE = Path.of(System.getProperty("oneword.root")).resolve("models/opt-mini");

    private MiniCheckpoint() {}

    /**
     * Writes a checkpoint, optimiser state and all.
     *
     * @param size of the random numbers in B
     */
    static Path write(Path folder, String baseName, String template, double size) throws IOException {
        return write(folder, BASE, List.of("q_proj", "v_proj", "fc1"), baseName, template, size);
    }

    /** The same over another base model. */
    static Path write(Path folder, Path base, List<String> targets, String baseName, String template, double size)
        throws IOException {
        Files.createDirectories(folder);
        LoraConfig config = new LoraConfig(4, 8, 0.05, targets);
        Files.write(folder.resolve(PeftFiles.CONFIG), PeftFiles.config(config, baseName));
        Files.write(folder.resolve(PromptFile.NAME), new PromptFile(template, 32).toJson());
        Files.writeString(folder.resolve("trainer_state.json"), "{}");
        Files.writeString(folder.resolve("optimizer.safetensors"), "not for export");
        try (Decoder decoder = Decoders.load(base, Decoders.read(base), Precision.FP32, Device.cpu());
            FileChannel out = FileChannel.open(
                folder.resolve(PeftFiles.WEIGHTS), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Random random = new Random(11);
            decoder.addAdapter(config, 7).parameters().stream()
                .filter(parameter -> parameter.getName().contains("lora_B"))
                .forEach(parameter -> {
                    float[] values = new float[Math.toIntExact(parameter.getShape().size())];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) (size * random.nextGaussian());
                    }
                    parameter.getArray().set(values);
                });
            decoder.writeAdapter(out);
        }
        return folder;
    }
}
