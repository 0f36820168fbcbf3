package oneword.trainer.config;

import java.util.List;
import java.util.Map;

/** What a parser made of a configuration: plain text with its place, not yet typed. */
sealed interface ConfigNode {

    /** Where the value's key stands. */
    Place place();

    /** What the user would call it. */
    String description();

    /** A single value; {@code text} is as written, without quotes. */
    record Scalar(String text, Place place) implements ConfigNode {
        @Override
        public String description() {
            return "'" + text + "'";
        }
    }

    /** A key with nothing behind it, or {@code null}. */
    record Nothing(Place place) implements ConfigNode {
        @Override
        public String description() {
            return "nothing";
        }
    }

    /** A list. */
    record Items(List<ConfigNode> values, Place place) implements ConfigNode {
        @Override
        public String description() {
            return "a list";
        }
    }

    /** Keys with values; mutable, since overrides are put into it. */
    record Section(Map<String, ConfigNode> entries, Place place) implements ConfigNode {
        @Override
        public String description() {
            return entries.isEmpty() ? "an empty section" : "a section with " + String.join(", ", entries.keySet());
        }
    }

    /**
     * Where something was written.
     *
     * @param source file name or the override as typed
     * @param line from 1; 0 where there are no lines
     */
    record Place(String source, int line) {
        @Override
        public String toString() {
            return line > 0 ? source + ":" + line : source;
        }
    }
}
