package oneword.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code metrics.jsonl}: one JSON object a line, each with a {@code step}. A line is handed to the system as a whole
 * when it is appended. All failures are {@link CheckpointException}s.
 */
public final class MetricsLog implements AutoCloseable {

    private static final String STEP = "step";
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private final Path file;
    private final GrowingFile out;

    private MetricsLog(Path file, GrowingFile out) {
        this.file = file;
        this.out = out;
    }

    /**
     * Opens the log to write at its end. After a crash {@link #truncateAfter} comes first, since the last line may be
     * torn.
     *
     * @param file {@code metrics.jsonl}, created where needed
     * @param storage what does the writing
     * @return the open log
     */
    public static MetricsLog open(Path file, Storage storage) {
        try {
            return new MetricsLog(file, storage.append(file));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /**
     * Appends one object.
     *
     * @param metrics names and numbers or texts, in the order to write them; must name a {@code step}. JSON has no NaN
     *     and no infinity: they become null.
     */
    public void append(Map<String, ?> metrics) {
        if (!(metrics.get(STEP) instanceof Number)) {
            throw new IllegalArgumentException("metrics without a step: " + metrics);
        }
        Map<String, Object> finite = new LinkedHashMap<>();
        metrics.forEach((name, value) -> finite.put(name,
                value instanceof Number number && !Double.isFinite(number.doubleValue()) ? null : value));
        try {
            out.append((JSON.writeValueAsString(finite) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** Makes the lines durable: a checkpoint must not survive a power failure that the steps before it do not. */
    public void sync() {
        try {
            out.sync();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** Closes the file. */
    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /**
     * Drops the lines of later steps, and lines that are torn or otherwise no object with a step; replaces the file in
     * one step if anything is to be dropped. No log may have the file open.
     *
     * @param file {@code metrics.jsonl}; need not exist
     * @param step the last step to keep; -1 keeps nothing
     * @param storage what does the writing
     * @return the number of lines dropped
     */
    public static int truncateAfter(Path file, long step, Storage storage) {
        if (!Files.exists(file)) {
            return 0;
        }
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            List<String> kept = new ArrayList<>();
            int lines = 0;
            for (String line : text.split("(?<=\n)")) {
                if (!line.isEmpty()) {
                    lines++;
                    if (line.endsWith("\n") && isKept(line, step)) {
                        kept.add(line);
                    }
                }
            }
            if (kept.size() < lines) {
                storage.replace(file, FileContent.of(String.join("", kept)));
            }
            return lines - kept.size();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static boolean isKept(String line, long step) {
        try {
            JsonNode metrics = JSON.readTree(line);
            return metrics.path(STEP).isIntegralNumber() && metrics.path(STEP).asLong() <= step;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static CheckpointException failure(Path file, IOException cause) {
        return CheckpointException.of("cannot write " + file, cause);
    }
}
