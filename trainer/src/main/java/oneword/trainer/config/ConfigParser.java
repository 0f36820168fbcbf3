package oneword.trainer.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import oneword.trainer.config.ConfigNode.Items;
import oneword.trainer.config.ConfigNode.Nothing;
import oneword.trainer.config.ConfigNode.Place;
import oneword.trainer.config.ConfigNode.Scalar;
import oneword.trainer.config.ConfigNode.Section;

/**
 * Parses one YAML 1.1 document into {@link ConfigNode}s.
 *
 * <p>Only mappings, lists and plain values have a meaning in a configuration. Values with tags, anchors and aliases are
 * refused, so nothing is ever instantiated or expanded.
 */
final class ConfigParser {

    private static final YAMLFactory YAML = new YAMLFactory();

    private final YAMLParser tokens;
    private final String source;
    private final Place fixedPlace;
    private final Problems problems;

    private ConfigParser(YAMLParser tokens, String source, Place fixedPlace, Problems problems) {
        this.tokens = tokens;
        this.source = source;
        this.fixedPlace = fixedPlace;
        this.problems = problems;
    }

    /**
     * Parses a file's text. Returns null where it holds no keys at all; that is then among the problems.
     */
    static Section parseFile(String text, String source, String needed, Problems problems) {
        Place start = new Place(source, 1);
        ConfigNode root = parse(text, source, null, problems);
        if (root instanceof Section section) {
            return section;
        }
        if (root != null) {
            problems.add(start, root instanceof Nothing
                    ? "the file is empty; it needs at least " + needed
                    : "the file holds " + root.description() + " where sections such as model: and training: are due");
        }
        return null;
    }

    /** Parses the value of an override that is written as a YAML list. */
    static ConfigNode parseValue(String text, Place place, Problems problems) {
        ConfigNode value = parse(text, place.source(), place, problems);
        return value == null ? new Nothing(place) : value;
    }

    /** Returns null where the text is not YAML; that is then among the problems. */
    private static ConfigNode parse(String text, String source, Place fixedPlace, Problems problems) {
        try (YAMLParser tokens = YAML.createParser(text)) {
            ConfigParser parser = new ConfigParser(tokens, source, fixedPlace, problems);
            Place start = fixedPlace != null ? fixedPlace : new Place(source, 1);
            ConfigNode root = tokens.nextToken() == null ? new Nothing(start) : parser.node(start, "");
            if (tokens.nextToken() != null) {
                problems.add(parser.place(), "a second document starts here; a configuration is one document");
            }
            return root;
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getLineNr());
            Place place = fixedPlace != null ? fixedPlace : new Place(source, line);
            problems.add(place, "not YAML: " + reason(e));
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ConfigNode node(Place place, String prefix) throws IOException {
        refuseDecoration();
        JsonToken token = tokens.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return section(place, prefix);
        }
        if (token == JsonToken.START_ARRAY) {
            List<ConfigNode> values = new ArrayList<>();
            while (tokens.nextToken() != JsonToken.END_ARRAY) {
                values.add(node(place(), prefix));
            }
            return new Items(values, place);
        }
        return token == JsonToken.VALUE_NULL ? new Nothing(place) : new Scalar(tokens.getText(), place);
    }

    private Section section(Place place, String prefix) throws IOException {
        Map<String, ConfigNode> entries = new LinkedHashMap<>();
        while (tokens.nextToken() != JsonToken.END_OBJECT) {
            String key = tokens.currentName();
            Place keyPlace = place();
            tokens.nextToken();
            ConfigNode earlier = entries.putIfAbsent(key, node(keyPlace, prefix + key + "."));
            if (earlier != null) {
                problems.add(keyPlace, prefix + key + ": stands here a second time (first in line "
                        + earlier.place().line() + "); keep one of them");
            }
        }
        return new Section(entries, place);
    }

    private void refuseDecoration() throws IOException {
        if (tokens.isCurrentAlias()) {
            problems.add(place(), "the alias *" + tokens.getText() + " is not used here; write the value out");
        } else if (tokens.getObjectId() != null) {
            problems.add(place(), "the anchor &" + tokens.getObjectId() + " is not used here; remove it");
        }
        if (tokens.getTypeId() != null) {
            problems.add(place(), "the tag !" + tokens.getTypeId() + " is not used here; remove it");
        }
    }

    private Place place() {
        return fixedPlace != null ? fixedPlace : new Place(source, tokens.currentTokenLocation().getLineNr());
    }

    /** The parser's own words without its excerpts of the source, which are the indented lines. */
    private static String reason(JsonProcessingException e) {
        String message = e.getOriginalMessage();
        if (message.startsWith("Expected a field name")) {
            return "a key must be plain text";
        }
        return message.lines()
                .filter(line -> !line.isBlank() && !line.startsWith(" "))
                .collect(Collectors.joining(", "));
    }
}
