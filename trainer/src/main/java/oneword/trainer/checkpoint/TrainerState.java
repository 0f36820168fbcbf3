package oneword.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a run stands at a checkpoint, besides its tensors: {@code trainer_state.json}.
 *
 * <p>The order of the data, the dropout masks and the learning rate follow from seed and step alone, so nothing of them
 * is stored. Numbers come back to the last bit.
 *
 * @param step updates done
 * @param stepsTotal updates the run will have
 * @param epoch passes over the data done, with fraction
 * @param rowsConsumed rows of the data used by the updates, over all epochs
 * @param seed the run's seed
 * @param microBatchTokens most tokens in one forward pass, as it is now: it may be below the configured number
 * @param selectBy task whose score selects the best checkpoint
 * @param bestScore best score so far (× 100), nullable: nothing was evaluated yet
 * @param bestStep step of that score, nullable likewise
 * @param lossScale the dynamic loss scale of fp16, nullable: not in use
 * @param lossScaleGoodSteps updates since the loss scale last changed
 * @param consecutiveSkips updates in a row that were not applied since loss or gradient was not finite
 * @param evaluationPending whether the step was to be evaluated and a stop came first: new in version 2
 */
public record TrainerState(
        long step,
        long stepsTotal,
        double epoch,
        long rowsConsumed,
        long seed,
        int microBatchTokens,
        String selectBy,
        Double bestScore,
        Long bestStep,
        Double lossScale,
        int lossScaleGoodSteps,
        int consecutiveSkips,
        boolean evaluationPending) {

    /** The file's name in a checkpoint. */
    public static final String FILE_NAME = "trainer_state.json";

    private static final String VERSION_KEY = "format_version";
    private static final int FORMAT_VERSION = 2;
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    /** Refuses numbers that JSON cannot hold. */
    public TrainerState {
        requireFinite("epoch", epoch);
        requireFinite("bestScore", bestScore);
        requireFinite("lossScale", lossScale);
    }

    /**
     * Writes the state as JSON with a {@code format_version}.
     *
     * @return the text of {@code trainer_state.json}
     */
    public String toJson() {
        ObjectNode tree = JSON.createObjectNode().put(VERSION_KEY, FORMAT_VERSION);
        tree.setAll((ObjectNode) JSON.valueToTree(this));
        return tree.toPrettyString() + "\n";
    }

    /**
     * Reads the state of a checkpoint.
     *
     * @param file {@code trainer_state.json}
     * @return the state
     * @throws CheckpointException if the file is unreadable, damaged or of a newer version
     */
    public static TrainerState read(Path file) {
        try {
            JsonNode tree = JSON.readTree(Files.readString(file));
            int version = tree.path(VERSION_KEY).asInt();
            if (version > FORMAT_VERSION) {
                throw new CheckpointException(file + ": has " + VERSION_KEY + " " + version + ", this oneword reads "
                        + FORMAT_VERSION + "; use the newer oneword that wrote it");
            }
            if (version < 1) {
                throw new CheckpointException(file + ": has no valid " + VERSION_KEY + ", so it is no trainer state");
            }
            ((ObjectNode) tree).remove(VERSION_KEY);
            if (version == 1) {
                ((ObjectNode) tree).put("evaluation_pending", false);
            }
            return JSON.treeToValue(tree, TrainerState.class);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file + ": is damaged: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static void requireFinite(String name, Double value) {
        if (value != null && !Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " " + value);
        }
    }
}
