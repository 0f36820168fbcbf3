package oneword.data.nli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import oneword.data.DataException;
import oneword.data.text.CsvTable;
import oneword.data.text.JsonLines;
import oneword.data.text.Lines;
import oneword.data.text.Table;
import oneword.data.text.TsvTable;

/**
 * Reads labelled NLI pairs in the forms they are published in:
 * <ul>
 * <li>SNLI and MNLI JSONL: {@code gold_label}, {@code sentence1}, {@code sentence2};
 * <li>SNLI and MNLI tab files with a header that has the same names among others, without quoting;
 * <li>tab files (or {@code .csv}, with RFC 4180 quoting) and JSONL with {@code premise}, {@code hypothesis} and
 *     {@code label}, among any other columns.
 * </ul>
 * A label is a word (entailment, neutral, contradiction), its first letter, or 0, 1, 2 in that order. Where the ending
 * is neither {@code .csv}, {@code .tsv}, {@code .jsonl} nor {@code .json}, the first line decides: an object is JSONL,
 * anything else a tab file.
 */
public final class NliPairReader {

    private static final List<String> PREMISE = List.of("sentence1", "premise");
    private static final List<String> HYPOTHESIS = List.of("sentence2", "hypothesis");
    private static final List<String> LABEL = List.of("gold_label", "label");

    private final List<NliPair> pairs = new ArrayList<>();
    private int withoutGoldLabel;
    private int empty;

    private NliPairReader() {
    }

    /**
     * Reads one file.
     *
     * @param file the file
     * @return its pairs
     * @throws DataException if it cannot be read, lacks a column, has no rows or an unknown label
     */
    public static NliPairs read(Path file) {
        return read(List.of(file));
    }

    /**
     * Reads several files as if they were one.
     *
     * @param files the files, which may be of different forms
     * @return the pairs of all, in this order
     * @throws DataException as for one file
     */
    public static NliPairs read(List<Path> files) {
        NliPairReader reader = new NliPairReader();
        for (Path file : files) {
            reader.readFile(file);
        }
        return new NliPairs(List.copyOf(reader.pairs), reader.withoutGoldLabel, reader.empty);
    }

    private void readFile(Path file) {
        int before = rows();
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".csv")) {
            try (Table table = new CsvTable(file)) {
                readTable(table);
            }
        } else if (name.endsWith(".jsonl") || name.endsWith(".json") || !name.endsWith(".tsv") && startsAsJson(file)) {
            readJson(file);
        } else {
            try (Table table = new TsvTable(file)) {
                readTable(table);
            }
        }
        if (rows() == before) {
            throw new DataException(file + " has no rows; labelled pairs are expected.");
        }
    }

    private int rows() {
        return pairs.size() + withoutGoldLabel + empty;
    }

    private static boolean startsAsJson(Path file) {
        try (Lines lines = new Lines(file)) {
            String line = lines.next();
            while (line != null && line.isBlank()) {
                line = lines.next();
            }
            return line != null && line.stripLeading().startsWith("{");
        }
    }

    private void readTable(Table table) {
        int premise = column(table, PREMISE);
        int hypothesis = column(table, HYPOTHESIS);
        int label = column(table, LABEL);
        int needed = Math.max(premise, Math.max(hypothesis, label)) + 1;
        for (List<String> cells = table.next(); cells != null; cells = table.next()) {
            if (cells.size() < needed || cells.size() > table.header().size()) {
                throw DataException.at(table.file(), table.line(), "the row has " + cells.size() + " cells, the header "
                    + table.header().size() + ". " + table.remedy());
            }
            add(table.file(), table.line(), cells.get(premise), cells.get(hypothesis), cells.get(label),
                table.header().get(label));
        }
    }

    private static int column(Table table, List<String> names) {
        for (String name : names) {
            int column = table.column(name);
            if (column >= 0) {
                return column;
            }
        }
        throw missing(table.file(), 1, "column", names, table.header());
    }

    private void readJson(Path file) {
        try (JsonLines lines = new JsonLines(file)) {
            for (ObjectNode object = lines.next(); object != null; object = lines.next()) {
                String label = key(file, lines, object, LABEL);
                JsonNode value = object.get(label);
                String spelled = value.isIntegralNumber() ? value.asText() : lines.text(object, label);
                add(file, lines.line(),
                    lines.text(object, key(file, lines, object, PREMISE)),
                    lines.text(object, key(file, lines, object, HYPOTHESIS)),
                    spelled == null ? "" : spelled, label);
            }
        }
    }

    private static String key(Path file, JsonLines lines, ObjectNode object, List<String> names) {
        for (String name : names) {
            if (object.has(name)) {
                return name;
            }
        }
        throw missing(file, lines.line(), "key", names, JsonLines.keys(object));
    }

    private static DataException missing(Path file, long line, String kind, List<String> names, List<String> found) {
        return DataException.at(file, line, "no " + kind + " '" + String.join("' or '", names) + "'. Found: "
            + String.join(", ", found) + ". Rename the " + kind + " that holds it.");
    }

    private void add(Path file, long line, String premise, String hypothesis, String label, String column) {
        String spelled = label.strip();
        if (spelled.isEmpty() || spelled.equals("-") || spelled.equals("-1")) {
            withoutGoldLabel++;
        } else {
            NliLabel known = label(file, line, spelled, column);
            if (premise == null || premise.isBlank() || hypothesis == null || hypothesis.isBlank()) {
                empty++;
            } else {
                pairs.add(new NliPair(premise, hypothesis, known));
            }
        }
    }

    private static NliLabel label(Path file, long line, String spelled, String column) {
        return switch (spelled.toLowerCase(Locale.ROOT)) {
            case "entailment", "e", "0" -> NliLabel.ENTAILMENT;
            case "neutral", "n", "1" -> NliLabel.NEUTRAL;
            case "contradiction", "c", "2" -> NliLabel.CONTRADICTION;
            default -> throw DataException.at(file, line, "column '" + column + "': unknown label '" + spelled
                + "'. Expected entailment, neutral or contradiction (or e, n, c, or 0, 1, 2), or - for none.");
        };
    }
}
