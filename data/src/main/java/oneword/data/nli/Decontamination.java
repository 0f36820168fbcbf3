package oneword.data.nli;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Leaves out training rows that share a sentence with evaluation sets, so that no model is tested on what it was
 * trained on. Sentences are the same if their {@linkplain #normalized normalised} forms are; one that is left with no
 * letter and no digit is like no other.
 *
 * @param rows the rows that are kept, in their order
 * @param read how many rows there were
 * @param shared what they share with each set, by its name and in the order of the sets
 */
public record Decontamination(List<Triple> rows, int read, Map<String, Overlap> shared) {

    /**
     * What training rows and an evaluation set have in common.
     *
     * @param rows rows that share a sentence with the set; a row may share with several sets
     * @param sentences different sentences that are shared
     */
    public record Overlap(int rows, int sentences) {
    }

    /**
     * Compares rows with evaluation sets.
     *
     * @param rows the training rows: all texts of a row are compared
     * @param sets the sentences of each evaluation set by its name; no set keeps every row
     * @return what is left
     */
    public static Decontamination of(List<Triple> rows, Map<String, List<String>> sets) {
        Map<String, Set<String>> places = places(sets);
        Map<String, Integer> rowsOf = new HashMap<>();
        Map<String, Set<String>> sentencesOf = new HashMap<>();
        List<Triple> kept = rows;
        if (!places.isEmpty()) {
            try (TripleFile.Writer writer = new TripleFile.Writer()) {
                for (Triple row : rows) {
                    Set<String> found = new HashSet<>();
                    texts(row).map(Decontamination::normalized).forEach(text -> {
                        for (String set : places.getOrDefault(text, Set.of())) {
                            found.add(set);
                            sentencesOf.computeIfAbsent(set, name -> new HashSet<>()).add(text);
                        }
                    });
                    found.forEach(set -> rowsOf.merge(set, 1, Integer::sum));
                    if (found.isEmpty()) {
                        writer.add(row);
                    }
                }
                kept = writer.finish();
            }
        }
        Map<String, Overlap> shared = new LinkedHashMap<>();
        for (String set : sets.keySet()) {
            shared.put(set, new Overlap(rowsOf.getOrDefault(set, 0), sentencesOf.getOrDefault(set, Set.of()).size()));
        }
        return new Decontamination(kept, rows.size(), shared);
    }

    /** The names of the sets that hold a sentence, by its normalised form. */
    private static Map<String, Set<String>> places(Map<String, List<String>> sets) {
        Map<String, Set<String>> places = new HashMap<>();
        sets.forEach((name, sentences) -> {
            for (String sentence : sentences) {
                places.computeIfAbsent(normalized(sentence), key -> new HashSet<>()).add(name);
            }
        });
        places.remove("");
        return places;
    }

    private static Stream<String> texts(Triple row) {
        return row.hasHardNegative() ? Stream.of(row.anchor(), row.positive(), row.hardNegative())
            : Stream.of(row.anchor(), row.positive());
    }

    /**
     * What is compared of a sentence: its letters and digits alone, in Unicode's form NFKC and in lower case. So case,
     * punctuation, white space and the way a set was tokenised make no difference.
     *
     * @param sentence any text
     * @return its letters and digits, perhaps none
     */
    public static String normalized(String sentence) {
        String text = Normalizer.normalize(sentence, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        StringBuilder kept = new StringBuilder(text.length());
        text.codePoints().filter(Character::isLetterOrDigit).forEach(kept::appendCodePoint);
        return kept.toString();
    }

    /** How many rows were left out. */
    public int dropped() {
        return read - rows.size();
    }

    /**
     * What was left out, for people: {@code 181 of 21,600 rows share a sentence with STS12 (98), STS15 (83)}; sets that
     * share none are named only where all do.
     */
    public String describe() {
        List<String> sets = new ArrayList<>();
        shared.forEach((name, overlap) -> {
            if (overlap.rows() > 0) {
                sets.add(String.format(Locale.ROOT, "%s (%,d)", name, overlap.rows()));
            }
        });
        return String.format(Locale.ROOT, "%,d of %,d rows share a sentence with ", dropped(), read)
            + String.join(", ", sets.isEmpty() ? shared.keySet() : sets);
    }
}
