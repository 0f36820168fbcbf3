package oneword.trainer.embedding.stream;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import oneword.trainer.checkpoint.FileContent;
import oneword.trainer.checkpoint.Storage;
import oneword.trainer.embedding.EmbeddingException;

/**
 * What is known of an unfinished file: it stands beside it and is replaced after each window.
 *
 * @param rows how many are whole
 * @param bytes where the last of them ends in the unfinished file
 * @param sha256 of the sentences they were made of
 * @param settings what else the rows depend on, by name
 */
record ResumeState(
    @JsonProperty("rows") long rows,
    @JsonProperty("bytes") long bytes,
    @JsonProperty("sha256") String sha256,
    @JsonProperty("settings") Map<String, String> settings) {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Reads the state; empty where there is none. */
    static Optional<ResumeState> read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        ResumeState state = JSON.readValue(Files.readAllBytes(file), ResumeState.class);
        if (state == null || state.rows < 1 || state.bytes < 1 || state.sha256 == null || state.settings == null
            || state.settings.containsValue(null)) {
            throw new IOException("rows, bytes, sha256 or settings are missing");
        }
        return Optional.of(state);
    }

    void write(Path file) throws IOException {
        Storage.files().replace(file, FileContent.of(JSON.writeValueAsBytes(this)));
    }

    /**
     * Checks that the rows to come will be like those that are there.
     *
     * @throws EmbeddingException if a setting differs, for all of them at once
     */
    void check(Path target, Map<String, String> wanted) {
        Set<String> names = new LinkedHashSet<>(settings.keySet());
        names.addAll(wanted.keySet());
        List<String> differences = new ArrayList<>();
        for (String name : names) {
            String before = settings.getOrDefault(name, "not given");
            String now = wanted.getOrDefault(name, "not given");
            if (!before.equals(now)) {
                differences.add("  " + name + ": was " + before + ", is " + now);
            }
        }
        if (!differences.isEmpty()) {
            throw new EmbeddingException(target + ": what was begun cannot go on with other settings:\n"
                + String.join("\n", differences) + "\nGive them as they were, or begin again without --resume.");
        }
    }
}
