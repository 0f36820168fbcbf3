package oneword.trainer.leaderboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import oneword.trainer.TrainerException;
import oneword.trainer.checkpoint.FileContent;
import oneword.trainer.checkpoint.Sha256;
import oneword.trainer.embedding.stream.NpyFile;

/**
 * Vectors on disk, found by what they were made from: two files in {@code FOLDER/HH/}, HH the first two digits of the
 * key's hash,
 *
 * <pre>
 * HASH.npy    float32 [n, d], see {@link NpyFile}
 * HASH.json   {"format_version": 1, "key": {…}, "rows": n, "columns": d,
 *              "sha256": "64 digits, of the .npy", "embedded": 4711, "seconds": 12.5, "shortened": 0}
 * </pre>
 *
 * <p>HASH is the SHA-256 of the key's JSON text. The .json file is written last; both appear whole or not at all. What
 * does not answer to its description is reported and counts as not there.
 */
final class VectorCache {

    private static final int FORMAT_VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Consumer<String> lines;

    /**
     * A cache.
     *
     * @param folder where it lies, made at need
     * @param lines hears of damaged files and of vectors that could not be stored
     */
    VectorCache(Path folder, Consumer<String> lines) {
        this.folder = folder;
        this.lines = lines;
    }

    /** The name of what is kept under a key. */
    static String hash(ObjectNode key) {
        return new Digest().add(key.toString()).hex();
    }

    /**
     * Looks vectors up.
     *
     * @param key what they are made from
     * @param n how many there must be
     * @return empty where there are none, or damaged ones, which a line then tells of
     */
    Optional<CachedVectors> read(ObjectNode key, int n) {
        Path description = description(key);
        if (!Files.isRegularFile(description)) {
            return Optional.empty();
        }
        try {
            return Optional.of(read(key, n, description));
        } catch (DamagedException | JsonProcessingException e) {
            String reason = e instanceof DamagedException ? e.getMessage() : "the description is not JSON";
            lines.accept("cached vectors " + vectors(key) + " are damaged (" + reason + "); computing them again");
            return Optional.empty();
        } catch (IOException e) {
            throw new TrainerException(description + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private CachedVectors read(ObjectNode key, int n, Path description) throws IOException {
        JsonNode said = JSON.readTree(description.toFile());
        require(said.path("format_version").asInt() == FORMAT_VERSION, "another format_version");
        require(said.path("key").equals(key), "the description has another key");
        int rows = said.path("rows").asInt(-1);
        int columns = said.path("columns").asInt(-1);
        require(rows == n && columns > 0, "rows or columns are wrong");
        Path file = vectors(key);
        require(Files.isRegularFile(file), "the file is missing");
        boolean sound = Files.size(file) == NpyFile.size(rows, columns);
        require(sound, "the file has another size than was written");
        require(Sha256.of(file).equals(said.path("sha256").asText()), "the file has another SHA-256 than was written");
        return new CachedVectors(NpyFile.read(file, rows, columns), said.path("embedded").asInt(),
            said.path("seconds").asDouble(), said.path("shortened").asInt());
    }

    /** Stores vectors; where that fails, a line says so and the work goes on. */
    void write(ObjectNode key, CachedVectors vectors) {
        Path file = vectors(key);
        try {
            AtomicFiles.write(file, to -> NpyFile.write(to, vectors.rows()));
            ObjectNode description = JSON.createObjectNode().put("format_version", FORMAT_VERSION);
            description.set("key", key);
            description.put("rows", vectors.rows().length).put("columns", vectors.rows()[0].length)
                .put("sha256", Sha256.of(file)).put("embedded", vectors.embedded())
                .put("seconds", vectors.seconds()).put("shortened", vectors.shortened());
            AtomicFiles.write(description(key), FileContent.of(description.toPrettyString() + "\n"));
        } catch (IOException e) {
            lines.accept("these vectors will be computed again another time, since they could not be stored: " + e);
        }
    }

    private Path vectors(ObjectNode key) {
        return place(key, ".npy");
    }

    private Path description(ObjectNode key) {
        return place(key, ".json");
    }

    private Path place(ObjectNode key, String ending) {
        String hash = hash(key);
        return folder.resolve(hash.substring(0, 2)).resolve(hash + ending);
    }

    private static void require(boolean holds, String otherwise) throws DamagedException {
        if (!holds) {
            throw new DamagedException(otherwise);
        }
    }

    /** What is cached is not what was stored. */
    private static final class DamagedException extends IOException {

        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message);
        }
    }
}
