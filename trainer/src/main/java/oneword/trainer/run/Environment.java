package oneword.trainer.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import oneword.lora.kernel.Torch;
import oneword.trainer.Version;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.checkpoint.Sha256;

/** Writes {@code environment.json}: versions, device, seed and the hashes of data and model. */
final class Environment {

    private static final List<String> MODEL_FILES = List.of(".json", ".safetensors", ".bin", "merges.txt");

    private Environment() {}

    static void write(RunPlan plan, RunFolder folder) {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode json = mapper.createObjectNode();
        json.put("oneword", Version.ONEWORD);
        json.put("pytorch", Torch.version());
        json.put("java", System.getProperty("java.version"));
        json.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        json.put("device", plan.device().getDeviceType());
        json.put("threads", Torch.threads());
        json.put("precision", plan.precision().precision().key());
        json.put("precision_reason", plan.precision().reason());
        json.put("seed", plan.config().training().seed());
        ObjectNode hashes = json.putObject("sha256");
        hashes.put(plan.dataFile().toString(), sha256(plan.dataFile()));
        for (Path file : modelFiles(plan.modelFolder())) {
            hashes.put(file.toString(), sha256(file));
        }
        try {
            folder.write(folder.environment(), mapper.writeValueAsString(json) + "\n");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> modelFiles(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> MODEL_FILES.stream().anyMatch(file.toString()::endsWith)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(Path file) {
        try {
            return Sha256.of(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
