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
import oneword.data.nli.Triple;
import oneword.lora.kernel.Torch;
import oneword.trainer.TrainerException;
import oneword.trainer.Version;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.checkpoint.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run depends on besides its configuration, in {@code environment.json}: versions, device, seed, the training
 * rows and the hashes of data and model.
 *
 * <p>{@code data} holds {@code rows}, the number of training rows, their {@code sha256}, and with data.exclude
 * {@code read}, the rows of the file, {@code excluded}, how many of them were left out, and {@code shared}: for each
 * set how many rows share how many different sentences with it.
 */
final class Environment {

    private static final Logger LOG = LoggerFactory.getLogger(Environment.class);
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final List<String> MODEL_FILES = List.of(".json", ".safetensors", ".bin", "merges.txt");
    private static final String DATA = "data";
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
        json.set(DATA, data(plan));
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
     * Compares with what the run began with. Files may have moved; the rows that are trained on, in their order, and
     * the files of the model must be the same ones.
     *
     * @param plan of the run
     * @param folder of the run, with its {@code environment.json}
     * @throws TrainerException where rows or model have changed: going on would be another run
     */
    void requireSameInputs(RunPlan plan, RunFolder folder) {
        JsonNode before = read(folder.environment());
        if (!before.has(DATA) || !before.has(HASHES)) {
            LOG.warn("{} holds no hashes, so nobody can tell whether data and model are still the same",
                folder.environment());
            return;
        }
        if (!before.path(DATA).path(HASHES).equals(json.path(DATA).path(HASHES))) {
            throw new TrainerException(folder.path() + ": the training rows are not those that this run was "
                + "started with. Bring back " + plan.dataFile() + " as it was"
                + (plan.decontamination().isPresent() ? ", and the evaluation sets that data.exclude names" : "")
                + ", or start a new run.");
        }
        List<String> changed = changes(model(before, plan), model(json, plan));
        if (!changed.isEmpty()) {
            throw new TrainerException(folder.path() + ": a run cannot go on with another model:\n  "
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

    private static List<String> changes(Map<String, String> then, Map<String, String> now) {
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
        return changed;
    }

    /** The hashes of the model's files by their names alone. */
    private static Map<String, String> model(JsonNode environment, RunPlan plan) {
        Map<String, String> byName = new TreeMap<>();
        environment.path(HASHES).properties().forEach(
            entry -> byName.put(Path.of(entry.getKey()).getFileName().toString(), entry.getValue().asText()));
        byName.remove(plan.dataFile().getFileName().toString());
        return byName;
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(Files.readString(file));
        } catch (IOException e) {
            return JSON.createObjectNode();
        }
    }

    private static ObjectNode data(RunPlan plan) {
        ObjectNode data = JSON.createObjectNode();
        data.put("rows", plan.triples().size());
        data.put(HASHES, sha256(plan.triples()));
        plan.decontamination().ifPresent(clean -> {
            data.put("read", clean.read());
            data.put("excluded", clean.dropped());
            data.set("shared", JSON.valueToTree(clean.shared()));
        });
        return data;
    }

    /** An absent hard negative counts as an empty text, which no hard negative is. */
    private static String sha256(List<Triple> rows) {
        return Sha256.of(rows.stream().flatMap(row ->
            Stream.of(row.anchor(), row.positive(), row.hasHardNegative() ? row.hardNegative() : "")));
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
