package oneword.trainer.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import oneword.trainer.config.ConfigNode.Items;
import oneword.trainer.config.ConfigNode.Nothing;
import oneword.trainer.config.ConfigNode.Scalar;
import oneword.trainer.config.ConfigNode.Section;

/**
 * Takes typed values out of a section. A value that will not do is added to the problems and its default returned, so
 * that reading goes on. The keys asked for are the keys that exist: whatever else stands in the section is unknown.
 */
final class SectionReader {

    private static final int LONGEST_NUMBER = 64;
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+(_\\d+)*\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,5})?");
    private static final Map<String, String> SWITCH_WORDS =
            Map.of("true", "on", "yes", "on", "on", "on", "false", "off", "no", "off", "off", "off");

    private final String prefix;
    private final Section section;
    private final Problems problems;
    private final Set<String> values = new LinkedHashSet<>();
    private final Map<String, SectionReader> sections = new LinkedHashMap<>();

    SectionReader(String prefix, Section section, Problems problems) {
        this.prefix = prefix;
        this.section = section;
        this.problems = problems;
    }

    /** Returns the section behind a key; one that is absent or empty has only defaults. */
    SectionReader section(String key) {
        ConfigNode node = section.entries().get(key);
        Section inner = node instanceof Section given ? given : new Section(new LinkedHashMap<>(), section.place());
        SectionReader reader = new SectionReader(prefix + key + ".", inner, problems);
        if (node != null && !(node instanceof Section) && !(node instanceof Nothing)) {
            problem(node, key, "a section of keys");
        }
        sections.put(key, reader);
        return reader;
    }

    /** Returns the sections of a list, none where the key is absent. */
    List<SectionReader> sections(String key, String allowed) {
        values.add(key);
        ConfigNode node = section.entries().get(key);
        List<SectionReader> readers = new ArrayList<>();
        if (node == null) {
            return readers;
        }
        if (!(node instanceof Items items)) {
            problem(node, key, allowed);
            return readers;
        }
        int number = 0;
        for (ConfigNode item : items.values()) {
            number++;
            String name = key + "[" + number + "]";
            if (item instanceof Section inner) {
                SectionReader reader = new SectionReader(prefix + name + ".", inner, problems);
                sections.put(name, reader);
                readers.add(reader);
            } else {
                problem(item, name, "a section of keys");
            }
        }
        return readers;
    }

    int integer(String key, int unset, int least) {
        return (int) whole(key, unset, least, Integer.MAX_VALUE);
    }

    long whole(String key, long unset, long least, long most) {
        String allowed = "a whole number of at least " + least;
        Scalar scalar = scalar(key, allowed);
        if (scalar == null) {
            return unset;
        }
        BigDecimal value = number(scalar.text());
        boolean whole = value != null && (value.signum() == 0 || value.stripTrailingZeros().scale() <= 0);
        if (!whole || value.compareTo(BigDecimal.valueOf(least)) < 0) {
            problem(scalar, key, allowed);
            return unset;
        }
        if (value.compareTo(BigDecimal.valueOf(most)) > 0) {
            problem(scalar, key, allowed + " and at most " + most);
            return unset;
        }
        return value.longValueExact();
    }

    double decimal(String key, double unset, DoublePredicate valid, String allowed) {
        Scalar scalar = scalar(key, allowed);
        Double value = scalar == null ? null : decimal(scalar, key, valid, allowed);
        return value == null ? unset : value;
    }

    /** Returns null where the key is absent or null. */
    Double optionalDecimal(String key, DoublePredicate valid, String allowed) {
        Scalar scalar = optionalScalar(key, allowed);
        return scalar == null ? null : decimal(scalar, key, valid, allowed);
    }

    private Double decimal(Scalar scalar, String key, DoublePredicate valid, String allowed) {
        BigDecimal number = number(scalar.text());
        if (number == null || Double.isInfinite(number.doubleValue()) || !valid.test(number.doubleValue())) {
            problem(scalar, key, allowed);
            return null;
        }
        return number.doubleValue();
    }

    boolean flag(String key, boolean unset) {
        Scalar scalar = scalar(key, "true or false");
        if (scalar == null) {
            return unset;
        }
        String word = SWITCH_WORDS.get(scalar.text().toLowerCase(Locale.ROOT));
        if (word == null) {
            problem(scalar, key, "true or false");
        }
        return word == null ? unset : word.equals("on");
    }

    /** Takes one of an enum's constants, by its {@code toString}; true and false stand for on and off. */
    <E extends Enum<E>> E choice(String key, E unset) {
        E[] constants = unset.getDeclaringClass().getEnumConstants();
        List<String> names = new ArrayList<>();
        for (E constant : constants) {
            names.add(constant.toString());
        }
        Scalar scalar = scalar(key, oneOf(names));
        if (scalar == null) {
            return unset;
        }
        String word = scalar.text().toLowerCase(Locale.ROOT);
        int index = names.indexOf(names.contains(word) ? word : SWITCH_WORDS.getOrDefault(word, word));
        if (index < 0) {
            problem(scalar, key, oneOf(names));
            return unset;
        }
        return constants[index];
    }

    String text(String key, String unset, Predicate<String> valid, String allowed) {
        return text(scalar(key, allowed), key, unset, valid, allowed);
    }

    /** Returns null where the key is absent or null. */
    String optionalText(String key, Predicate<String> valid, String allowed) {
        return text(optionalScalar(key, allowed), key, null, valid, allowed);
    }

    private String text(Scalar scalar, String key, String unset, Predicate<String> valid, String allowed) {
        if (scalar == null) {
            return unset;
        }
        if (!valid.test(scalar.text())) {
            problem(scalar, key, allowed);
            return unset;
        }
        return scalar.text();
    }

    /** Takes a list, or a single text with commas, of entries that are valid and different. */
    List<String> list(String key, List<String> unset, Predicate<String> valid, Collection<String> known,
            String allowed) {
        values.add(key);
        ConfigNode node = section.entries().get(key);
        if (node == null) {
            return unset;
        }
        List<ConfigNode> items = List.of(node);
        if (node instanceof Items list) {
            items = list.values();
        } else if (node instanceof Scalar scalar) {
            items = Pattern.compile(",").splitAsStream(scalar.text())
                    .map(entry -> (ConfigNode) new Scalar(entry.strip(), scalar.place())).toList();
        }
        Set<String> entries = new LinkedHashSet<>();
        boolean sound = true;
        for (ConfigNode item : items) {
            if (!(item instanceof Scalar scalar) || !valid.test(scalar.text())) {
                problem(item, key, allowed + suggestion(item, known));
                sound = false;
            } else if (!entries.add(scalar.text())) {
                problem(item, key, "each entry once");
                sound = false;
            }
        }
        return sound ? List.copyOf(entries) : unset;
    }

    /** Takes a list as {@link #list} does; null where the key is absent or null. */
    List<String> optionalList(String key, Predicate<String> valid, String allowed) {
        if (section.entries().get(key) instanceof Nothing) {
            values.add(key);
            return null;
        }
        return list(key, null, valid, List.of(), allowed);
    }

    private static String suggestion(ConfigNode item, Collection<String> known) {
        return item instanceof Scalar scalar
                ? Suggestion.nearest(scalar.text(), known).map(name -> "; did you mean " + name + "?").orElse("")
                : "";
    }

    /** Says what is wrong with the section as a whole. */
    void problem(String message) {
        problems.add(section.place(), prefix.replaceAll("\\.$", "") + ": " + message);
    }

    /** Says that a key must be given. */
    void missing(String key, String message) {
        problems.add(prefix + key + ": is missing: " + message);
    }

    boolean has(String key) {
        return section.entries().containsKey(key);
    }

    /** Says that the value of a key does not fit another key. */
    void conflict(String key, String message) {
        ConfigNode node = section.entries().get(key);
        if (node == null) {
            problems.add(prefix + key + ": " + message);
        } else {
            problems.add(node.place(), prefix + key + ": " + message);
        }
    }

    /** Reports every key in the document that nobody asked for. To be called on the root after all reading. */
    void refuseUnknownKeys() {
        refuseUnknownKeys(dottedKeys().stream().filter(SectionReader::isCommon).toList());
    }

    private void refuseUnknownKeys(List<String> everywhere) {
        // Of names as near, one of this level is meant.
        List<String> candidates = new ArrayList<>();
        sections.keySet().stream().filter(SectionReader::isCommon).forEach(key -> candidates.add(prefix + key));
        values.forEach(key -> candidates.add(prefix + key));
        candidates.addAll(everywhere);
        if (!isCommon(prefix)) {
            candidates.addAll(dottedKeys());
        }
        section.entries().forEach((key, node) -> {
            if (!values.contains(key) && !sections.containsKey(key)) {
                Optional<String> nearest = Suggestion.nearest(
                    key, candidates, dotted -> dotted.substring(dotted.lastIndexOf('.') + 1));
                String hint;
                if (nearest.isEmpty()) {
                    List<String> here = new ArrayList<>(sections.keySet());
                    here.removeIf(name -> name.endsWith("]"));
                    here.addAll(values);
                    hint = "; known here: " + String.join(", ", here);
                } else {
                    hint = "; did you mean " + nearest.get() + "?";
                }
                problems.add(node.place(), prefix + key + ": unknown key" + hint);
            }
        });
        sections.values().forEach(inner -> inner.refuseUnknownKeys(everywhere));
    }

    /** Of a list's items only the first: the others have the same keys. */
    private static boolean isCommon(String dotted) {
        return !dotted.contains("[") || dotted.contains("[1]");
    }

    private List<String> dottedKeys() {
        List<String> keys = new ArrayList<>();
        sections.forEach((key, inner) -> {
            keys.add(prefix + key);
            keys.addAll(inner.dottedKeys());
        });
        values.forEach(key -> keys.add(prefix + key));
        return keys;
    }

    private Scalar scalar(String key, String allowed) {
        Scalar scalar = optionalScalar(key, allowed);
        if (scalar == null && section.entries().get(key) instanceof Nothing nothing) {
            problem(nothing, key, allowed + ", or no such key for its default");
        }
        return scalar;
    }

    private Scalar optionalScalar(String key, String allowed) {
        values.add(key);
        ConfigNode node = section.entries().get(key);
        if (node instanceof Items || node instanceof Section) {
            problem(node, key, "a single value, " + allowed);
        }
        return node instanceof Scalar scalar ? scalar : null;
    }

    private void problem(ConfigNode node, String key, String allowed) {
        problems.add(node.place(), prefix + key + ": found " + node.description() + "; allowed is " + allowed);
    }

    /** Returns null for what is no decimal number: words, infinities, other bases. */
    private static BigDecimal number(String text) {
        return text.length() <= LONGEST_NUMBER && NUMBER.matcher(text).matches()
                ? new BigDecimal(text.replace("_", "")) : null;
    }

    private static String oneOf(List<String> names) {
        return "one of " + String.join(", ", names);
    }
}
