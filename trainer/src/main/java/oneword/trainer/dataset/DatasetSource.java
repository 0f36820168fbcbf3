package oneword.trainer.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A file on the web that holds data sets.
 *
 * @param name what it is called in messages
 * @param sets the names under which a user asks for it
 * @param addresses where it lies, tried in this order
 * @param sha256 its checksum, if it is known: 64 lower-case digits
 * @param licence what its licence is, in a few words
 * @param format how it is packed
 * @param take which of its entries are kept: the beginning of an entry's name and what stands in its place under the
 *     output folder; the longest beginning counts
 * @param senteval how many scored pairs, or examples of all parts, its tasks have in SentEval's form
 * @param mteb the same for tasks in MTEB's form
 * @param lines how many lines files must have
 * @param begins how files must begin
 */
public record DatasetSource(String name, List<String> sets, List<URI> addresses, Optional<String> sha256,
                            String licence, Format format, Map<String, String> take, Map<String, Integer> senteval,
                            Map<String, Integer> mteb, Map<String, Integer> lines, Map<String, String> begins) {

    /** How a source is packed. */
    public enum Format {
        /** Not at all. */
        FILE,
        /** tar. */
        TAR,
        /** tar within gzip. */
        TAR_GZ,
        /** zip. */
        ZIP
    }

    /**
     * Reads sources.
     *
     * @param json an object with an object per source
     * @return the sources in their order
     * @throws JsonProcessingException if it is no JSON
     */
    static List<DatasetSource> parse(String json) throws JsonProcessingException {
        List<DatasetSource> sources = new ArrayList<>();
        new ObjectMapper().readTree(json).properties().forEach(entry -> {
            JsonNode node = entry.getValue();
            List<String> sets = new ArrayList<>();
            node.required("sets").forEach(set -> sets.add(set.textValue()));
            List<URI> addresses = new ArrayList<>();
            node.required("addresses").forEach(address -> addresses.add(URI.create(address.textValue())));
            sources.add(new DatasetSource(entry.getKey(), sets, addresses,
                Optional.ofNullable(node.path("sha256").textValue()), node.required("licence").textValue(),
                Format.valueOf(node.required("format").textValue().toUpperCase(Locale.ROOT)
                    .replace('.', '_')),
                map(node.required("take"), JsonNode::textValue), map(node.path("senteval"), JsonNode::intValue),
                map(node.path("mteb"), JsonNode::intValue), map(node.path("lines"), JsonNode::intValue),
                map(node.path("begins"), JsonNode::textValue)));
        });
        return sources;
    }

    private static <T> Map<String, T> map(JsonNode node, Function<JsonNode, T> value) {
        Map<String, T> map = new LinkedHashMap<>();
        node.properties().forEach(entry -> map.put(entry.getKey(), value.apply(entry.getValue())));
        return map;
    }

    /**
     * All sources there are.
     *
     * @return in the order in which they are fetched
     */
    public static List<DatasetSource> all() {
        try (InputStream in = DatasetSource.class.getResourceAsStream("sources.json")) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The name that the file has where it is fetched by hand.
     *
     * @return the last part of its address
     */
    public String fileName() {
        String path = addresses.get(0).getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
