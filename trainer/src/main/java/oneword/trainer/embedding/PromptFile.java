package oneword.trainer.embedding;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code prompt.json}: the prompt that an adapter was trained with, saved beside it.
 *
 * @param template text with {@code {sentence}} in it
 * @param maxSentenceTokens cut of the training rule
 */
public record PromptFile(
    @JsonProperty("template") String template,
    @JsonProperty("max_sentence_tokens") int maxSentenceTokens) {

    /** Name of the file. */
    public static final String NAME = "prompt.json";

    private static final long MOST_BYTES = 1 << 20;

    /** Text of the file. */
    public byte[] toJson() {
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads the prompt beside an adapter.
     *
     * @param folder of the adapter
     * @return empty where there is none, as beside adapters made by others
     * @throws EmbeddingException where the file is damaged
     */
    public static Optional<PromptFile> read(Path folder) {
        Path file = folder.resolve(NAME);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new EmbeddingException(file + ": larger than " + (MOST_BYTES >> 20) + " MiB, which no prompt is");
            }
            PromptFile prompt = new ObjectMapper().readValue(Files.readAllBytes(file), PromptFile.class);
            if (prompt == null || prompt.template() == null || prompt.maxSentenceTokens() < 1) {
                throw new EmbeddingException(file + ": needs a template and a max_sentence_tokens of at least 1");
            }
            return Optional.of(prompt);
        } catch (IOException e) {
            throw new EmbeddingException(file + ": cannot be read as a prompt: " + e.getMessage(), e);
        }
    }
}
