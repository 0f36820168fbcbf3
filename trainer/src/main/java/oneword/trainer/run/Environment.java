package oneword.trainer.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import oneword.lora.kernel.Torch;
import oneword.trainer.TrainerException;
import oneword.trainer.Version;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.checkpoint.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a run depends on besides its configuration: versions, device, seed and the hashes of data and model. */
final class Environment {

    private static final Logger LOG = LoggerFactory.getLogger(Environment.class);
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final List<String> MODEL_FILES = List.of(".json", ".safetensors", ".bin", "merges.txt");
    private static final String HASHES = "sha256";
    /** What may differ between a run and its continuation; sums may then be rounded in another order. */
    private static final List<String> ROUNDING = List.of("oneword", "pytorch", "java", "os", "device", "threads");

    private final ObjectNode json = JSON.createObjectNode();

    private Environment() {}

    /** Looks at this process and reads the inputs of a run. */
    static Environment of(RunPlan plan) {
        Environment environment = new Environment();
        ObjectNode json = environment.json;
        json.put("oneword", Version.ONEWORD);
        json.put("pytorch", Torch.version());
        json.put("java", System.getProperty("java.version"));
        json.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        json.put("device", plan.device().getDeviceType());
        json.put("threads", Torch.threads());
        json.put("precision", plan.precision().precision().key());
        json.put("precision_reason", plan.precision().reason());
        json.put("seed", plan.config().training().seed());
        ObjectNode hashes = json.putObject(HASHES);
        hashes.put(plan.dataFile().toString(), sha256(plan.dataFile()));
        for (Path file : modelFiles(plan.modelFolder())) {
            hashes.put(file.toString(), sha256(file));
        }
        return environment;
    }

    /** Writes {@code environment.json}. */
    void write(RunFolder folder) {
        try {
            folder.write(folder.environment(), JSON.writeValueAsString(json) + "\n");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Compares with what the run began with. Files may have moved, but not changed.
     *
     * @param folder of the run, with its {@code environment.json}
     * @throws TrainerException where data or model have changed: going on would be another run
     */
    void requireSameInputs(RunFolder folder) {
        JsonNode before = read(folder.environment());
        Map<String, String> then = byName(before.path(HASHES));
        if (then.isEmpty()) {
            LOG.warn("{} holds no hashes, so nobody can tell whether data and model are still the same",
                folder.environment());
            return;
        }
        Map<String, String> now = byName(json.path(HASHES));
        List<String> changed = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(then.keySet());
        names.addAll(now.keySet());
        for (String name : names) {
            if (!now.containsKey(name)) {
                changed.add(name + " is gone");
            } else if (!then.containsKey(name)) {
                changed.add(name + " is new");
            } else if (!then.get(name).equals(now.get(name))) {
                changed.add(name + " has changed (SHA-256 " + then.get(name) + ", now " + now.get(name) + ")");
            }
        }
        if (!changed.isEmpty()) {
            throw new TrainerException(folder.path() + ": a run cannot go on with other data or another model:\n  "
                + String.join("\n  ", changed) + "\nPut back what was there, or start a new run; "
                + "lora.initialize_from takes an adapter over.");
        }
        for (String key : ROUNDING) {
            if (!before.path(key).equals(json.path(key))) {
                LOG.warn("{} was {} when the run began, now it is {}: numbers may differ in their last bits", key,
                    before.path(key).asText("unknown"), json.path(key).asText());
            }
        }
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(Files.readString(file));
        } catch (IOException e) {
            return JSON.createObjectNode();
        }
    }

    private static Map<String, String> byName(JsonNode hashes) {
        Map<String, String> byName = new TreeMap<>();
        hashes.properties().forEach(
            entry -> byName.put(Path.of(entry.getKey()).getFileName().toString(), entry.getValue().asText()));
        return byName;
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
