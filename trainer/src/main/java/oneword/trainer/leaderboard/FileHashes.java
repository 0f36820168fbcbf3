package oneword.trainer.leaderboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import oneword.trainer.TrainerException;
import oneword.trainer.checkpoint.FileContent;
import oneword.trainer.checkpoint.Sha256;

/**
 * SHA-256 of files, each read once and remembered, by path, size and time of change, in a JSON file:
 *
 * <pre>
 * {"/models/opt/model.safetensors": {"size": BYTES, "changed": "2026-11-22T01:02:03.456Z", "sha256": "64 digits"}, …}
 * </pre>
 *
 * <p>A hash is remembered only of a file that has not changed for a while, since two changes within one tick of the
 * file system's clock look like one. A file of hashes that cannot be read counts as empty.
 */
final class FileHashes {

    private static final Duration SETTLED = Duration.ofSeconds(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final ObjectNode remembered;

    FileHashes(Path file) {
        this.file = file;
        this.remembered = read(file);
    }

    /**
     * Hashes a file, or remembers its hash.
     *
     * @return 64 hexadecimal digits
     * @throws TrainerException where it cannot be read
     */
    String of(Path path) {
        try {
            Path real = path.toRealPath();
            long size = Files.size(real);
            Instant changed = Files.getLastModifiedTime(real).toInstant();
            JsonNode known = remembered.path(real.toString());
            if (known.path("size").asLong(-1) == size && known.path("changed").asText().equals(changed.toString())) {
                return known.path("sha256").asText();
            }
            boolean settled = changed.isBefore(Instant.now().minus(SETTLED));
            String sha256 = Sha256.of(real);
            if (settled) {
                remembered.putObject(real.toString()).put("size", size).put("changed", changed.toString())
                    .put("sha256", sha256);
                AtomicFiles.write(file, FileContent.of(remembered.toPrettyString() + "\n"));
            }
            return sha256;
        } catch (IOException e) {
            throw new TrainerException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static ObjectNode read(Path file) {
        try {
            if (Files.isRegularFile(file) && JSON.readTree(file.toFile()) instanceof ObjectNode hashes) {
                return hashes;
            }
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode();
        } catch (IOException e) {
            throw new TrainerException(file + ": cannot be read: " + e.getMessage(), e);
        }
        return JSON.createObjectNode();
    }
}
