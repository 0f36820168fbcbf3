package oneword.data.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import oneword.data.DataException;

/** A file with one JSON object a line; blank lines are skipped, a key that stands twice in one object is an error. */
public final class JsonLines implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();

    private final Path file;
    private final Lines lines;

    /**
     * Opens a file.
     *
     * @param file a UTF-8 file
     * @throws DataException if it cannot be opened
     */
    public JsonLines(Path file) {
        this.file = file;
        lines = new Lines(file);
    }

    /**
     * Reads the next object.
     *
     * @return the object, or null at the end
     * @throws DataException if a line holds anything but one JSON object
     */
    public ObjectNode next() {
        String line = lines.next();
        while (line != null && line.isBlank()) {
            line = lines.next();
        }
        if (line == null) {
            return null;
        }
        JsonNode node;
        try {
            node = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            String column = e.getLocation() == null ? "" : " at column " + e.getLocation().getColumnNr();
            throw DataException.at(file, line(), "not JSON" + column + ": " + e.getOriginalMessage()
                + ". One JSON object a line is expected.", e);
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw DataException.at(file, line(), "one JSON object a line is expected, found "
            + node.getNodeType().name().toLowerCase(Locale.ROOT) + ".");
    }

    /**
     * The text of a key of the object last read.
     *
     * @param object the object
     * @param key its key
     * @return the text, or null if the key is absent or null
     * @throws DataException if the value is not a string, or holds half a surrogate pair
     */
    public String text(ObjectNode object, String key) {
        JsonNode value = object.get(key);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw DataException.at(file, line(), "'" + key + "' must be a string, found "
                + value.getNodeType().name().toLowerCase(Locale.ROOT) + ".");
        }
        String text = value.textValue();
        int at = Surrogates.unpaired(text);
        if (at >= 0) {
            throw DataException.at(file, line(), String.format(
                "'%s' holds \\u%04x at character %d, half of a surrogate pair: no text can hold that. Mend the escape.",
                key, (int) text.charAt(at), at + 1));
        }
        return text;
    }

    /**
     * The keys of an object.
     *
     * @param object the object
     * @return its keys in order
     */
    public static List<String> keys(ObjectNode object) {
        List<String> keys = new ArrayList<>();
        object.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    /**
     * The line last read.
     *
     * @return its number, counted from 1
     */
    public long line() {
        return lines.number();
    }

    @Override
    public void close() {
        lines.close();
    }
}
