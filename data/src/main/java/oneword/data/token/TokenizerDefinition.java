package oneword.data.token;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import oneword.data.DataException;

/** The tokenizer of a model folder as JSON, for whoever writes another one from it. */
public final class TokenizerDefinition {

    private static final String FILE = "tokenizer.json";

    private TokenizerDefinition() {}

    /**
     * Reads tokenizer.json, or builds what it would hold from vocab.json and merges.txt as
     * {@link Tokenizer#load(Path)} does.
     *
     * @param modelFolder a model in Hugging Face layout
     * @return the content of a tokenizer.json, the caller's to change
     * @throws DataException if the folder has no tokenizer or its files are damaged
     */
    public static ObjectNode read(Path modelFolder) {
        Path file = modelFolder.resolve(FILE);
        if (!Files.exists(file)) {
            return OptTokenizerFile.build(modelFolder);
        }
        try {
            JsonNode root = new JsonMapper().readTree(Files.readAllBytes(file));
            if (root instanceof ObjectNode object) {
                return object;
            }
            throw new DataException(file + " must hold a JSON object. Fetch the file anew.");
        } catch (JsonProcessingException e) {
            throw new DataException(file + " is not JSON: " + e.getMessage() + ". Fetch the file anew.", e);
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
