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
import java.util.List;
import java.util.stream.Stream;
import oneword.data.nli.Triple;
import oneword.lora.kernel.Torch;
import oneword.trainer.TrainerException;
import oneword.trainer.Version;
import oneword.trainer.checkpoint.RunFolder;
import oneword.trainer.checkpoint.Sha256;

/**
 * Writes {@code environment.json}: versions, device, seed, the training rows and the hashes of data and model.
 *
 * <p>{@code data} holds {@code rows}, the number of training rows, their {@code sha256}, and with data.exclude
 * {@code read}, the rows of the file, {@code excluded}, how many of them were left out, and {@code shared}: for each
 * set how many rows share how many different sentences with it.
 */
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
        json.set("data", data(plan, mapper));
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

    /**
     * Holds the rows of a run that goes on against those it was started with: the same batches come of the same rows
     * only.
     *
     * @throws TrainerException where they differ
     */
    static void checkRows(RunPlan plan, RunFolder folder) {
        if (!Files.isRegularFile(folder.environment())) {
            return;
        }
        try {
            JsonNode started = new ObjectMapper().readTree(folder.environment().toFile()).path("data").path("sha256");
            if (started.isTextual() && !started.textValue().equals(sha256(plan.triples()))) {
                throw new TrainerException(folder.path() + ": the training rows are not those that this run was "
                    + "started with. Bring back " + plan.dataFile() + " as it was"
                    + (plan.decontamination().isPresent() ? ", and the evaluation sets that data.exclude names" : "")
                    + ", or start a new run.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode data(RunPlan plan, ObjectMapper mapper) {
        ObjectNode data = mapper.createObjectNode();
        data.put("rows", plan.triples().size());
        data.put("sha256", sha256(plan.triples()));
        plan.decontamination().ifPresent(clean -> {
            data.put("read", clean.read());
            data.put("excluded", clean.dropped());
            data.set("shared", mapper.valueToTree(clean.shared()));
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
