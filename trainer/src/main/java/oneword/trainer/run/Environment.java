package oneword.trainer.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import oneword.lora.kernel.Torch;
import oneword.trainer.Version;
import oneword.trainer.checkpoint.RunFolder;

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
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 20];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
