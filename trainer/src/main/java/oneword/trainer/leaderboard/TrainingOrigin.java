package oneword.trainer.leaderboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The run that an adapter comes from.
 *
 * @param run the run's folder
 * @param step number of updates behind the adapter
 * @param seed the run's seed, where its {@code environment.json} tells it
 */
public record TrainingOrigin(String run, long step, OptionalLong seed) {

    private static final Pattern STEP = Pattern.compile("step-(\\d{1,18})");

    /**
     * Finds the run of a checkpoint {@code RUN/checkpoints/step-N}.
     *
     * @return empty for adapters that lie anywhere else
     */
    static Optional<TrainingOrigin> of(Path adapter) {
        Path folder = adapter.toAbsolutePath().normalize();
        Matcher step = STEP.matcher(folder.getFileName().toString());
        if (!step.matches() || !folder.getParent().endsWith("checkpoints")) {
            return Optional.empty();
        }
        Path run = folder.getParent().getParent();
        return Optional.of(new TrainingOrigin(
            run.toString(), Long.parseLong(step.group(1)), seed(run.resolve("environment.json"))));
    }

    private static OptionalLong seed(Path environment) {
        try {
            JsonNode seed = Files.isRegularFile(environment)
                ? new ObjectMapper().readTree(environment.toFile()).path("seed") : null;
            return seed != null && seed.canConvertToLong() ? OptionalLong.of(seed.longValue()) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
