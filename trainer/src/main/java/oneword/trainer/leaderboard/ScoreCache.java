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
import oneword.trainer.evaluation.TransferScore;

/**
 * Scores of transfer tasks on disk, since their classifiers take long even where the vectors are there. A file
 * {@code FOLDER/HH/HASH.json} holds
 *
 * <pre>
 * {"format_version": 1, "key": {…}, "examples": 10662, "accuracy": 85.1, "dev_accuracy": 85.4, "f1": null}
 * </pre>
 *
 * <p>HASH is the SHA-256 of the key's JSON text, HH its first two digits; scores are × 100, null where there is none.
 */
final class ScoreCache {

    private static final int FORMAT_VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Consumer<String> lines;

    /**
     * A cache.
     *
     * @param folder where it lies, made at need
     * @param lines hears of damaged files and of scores that could not be stored
     */
    ScoreCache(Path folder, Consumer<String> lines) {
        this.folder = folder;
        this.lines = lines;
    }

    /** Looks a score up; empty where there is none, or a damaged one, which a line then tells of. */
    Optional<TransferScore> read(ObjectNode key, String task) {
        Path file = file(key);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            JsonNode said = JSON.readTree(file.toFile());
            if (said.path("format_version").asInt() == FORMAT_VERSION && said.path("key").equals(key)
                && said.path("accuracy").isNumber() && said.path("dev_accuracy").isNumber()) {
                return Optional.of(new TransferScore(task, said.path("examples").asInt(),
                    said.path("accuracy").doubleValue(), said.path("dev_accuracy").doubleValue(),
                    said.path("f1").isNumber() ? said.path("f1").doubleValue() : Double.NaN));
            }
        } catch (JsonProcessingException e) {
            lines.accept("the cached score " + file + " is damaged; computing it again");
            return Optional.empty();
        } catch (IOException e) {
            throw new TrainerException(file + ": cannot be read: " + e.getMessage(), e);
        }
        lines.accept("the cached score " + file + " is damaged; computing it again");
        return Optional.empty();
    }

    /** Stores a score; where that fails, a line says so and the work goes on. */
    void write(ObjectNode key, TransferScore score) {
        ObjectNode json = JSON.createObjectNode().put("format_version", FORMAT_VERSION);
        json.set("key", key);
        json.put("examples", score.examples()).put("accuracy", score.accuracy())
            .put("dev_accuracy", score.devAccuracy());
        if (Double.isNaN(score.f1())) {
            json.putNull("f1");
        } else {
            json.put("f1", score.f1());
        }
        try {
            AtomicFiles.write(file(key), FileContent.of(json.toPrettyString() + "\n"));
        } catch (IOException e) {
            lines.accept("this score will be computed again another time, since it could not be stored: "
                + e.getMessage());
        }
    }

    private Path file(ObjectNode key) {
        String hash = VectorCache.hash(key);
        return folder.resolve(hash.substring(0, 2)).resolve(hash + ".json");
    }
}
