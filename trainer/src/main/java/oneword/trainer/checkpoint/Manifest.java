package oneword.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a checkpoint consists of; written last, so that a folder with a valid manifest is whole.
 *
 * <pre>
 * {"format_version": 1, "step": 50, "files": {"NAME": {"size": BYTES, "sha256": "64 hex digits"}, …}}
 * </pre>
 */
final class Manifest {

    static final String NAME = "manifest.json";

    private static final int FORMAT_VERSION = 1;
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][\\w.-]*");
    private static final JsonMapper JSON = new JsonMapper();

    private Manifest() {}

    /** Describes files that have been written. */
    static FileContent of(long step, Map<String, HashedContent> written) throws JsonProcessingException {
        ObjectNode manifest = JSON.createObjectNode();
        manifest.put("format_version", FORMAT_VERSION);
        manifest.put("step", step);
        ObjectNode files = manifest.putObject("files");
        new TreeMap<>(written).forEach((name, content) ->
                files.putObject(name).put("size", content.size()).put("sha256", content.sha256Hex()));
        return FileContent.of(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(manifest) + "\n");
    }

    /**
     * Says what is wrong with a checkpoint, if anything.
     *
     * @throws CheckpointException if a newer version of oneword wrote it
     */
    static Optional<String> fault(Checkpoint checkpoint) {
        Path file = checkpoint.file(NAME);
        try {
            if (!Files.exists(file)) {
                return Optional.of("it has no " + NAME);
            }
            JsonNode manifest = JSON.readTree(Files.readString(file));
            int version = manifest.path("format_version").asInt();
            if (version > FORMAT_VERSION) {
                throw new CheckpointException(file + ": has format_version " + version + ", this oneword reads "
                        + FORMAT_VERSION + "; use the newer oneword that wrote it");
            }
            if (version != FORMAT_VERSION || !manifest.path("files").isObject()) {
                return Optional.of(NAME + " is damaged");
            }
            if (manifest.path("step").asLong(-1) != checkpoint.step()) {
                return Optional.of(NAME + " is that of step " + manifest.path("step"));
            }
            return fileFault(checkpoint, manifest.path("files"));
        } catch (JsonProcessingException e) {
            return Optional.of(NAME + " is damaged");
        } catch (IOException e) {
            return Optional.of("it cannot be read: " + e);
        }
    }

    private static Optional<String> fileFault(Checkpoint checkpoint, JsonNode files) throws IOException {
        for (Map.Entry<String, JsonNode> entry : files.properties()) {
            if (!PLAIN_NAME.matcher(entry.getKey()).matches()) {
                return Optional.of(NAME + " names '" + entry.getKey() + "', which is no file beside it");
            }
            Path file = checkpoint.file(entry.getKey());
            if (!Files.isRegularFile(file)) {
                return Optional.of(entry.getKey() + " is missing");
            }
            long size = entry.getValue().path("size").asLong(-1);
            if (Files.size(file) != size) {
                return Optional.of(entry.getKey() + " has " + Files.size(file) + " bytes, " + size + " were written");
            }
            if (!Sha256.of(file).equals(entry.getValue().path("sha256").asText())) {
                return Optional.of(entry.getKey() + " has another SHA-256 than was written");
            }
        }
        return Optional.empty();
    }
}
