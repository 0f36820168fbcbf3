package oneword.data.nli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import oneword.data.DataException;
import oneword.data.text.CsvTable;
import oneword.data.text.JsonLines;
import oneword.data.text.Table;
import oneword.data.text.TsvTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads training triples. The file's ending names its form:
 * <ul>
 * <li>{@code .csv}: RFC 4180 with a header row; quoted cells may hold commas, doubled quotes and line breaks;
 * <li>{@code .tsv}: tab-separated with a header row; quotes mean nothing;
 * <li>{@code .jsonl}, {@code .json}: one JSON object a line, its values strings.
 * </ul>
 * All are UTF-8, with or without a byte order mark. Columns that are not asked for are passed over. Where the column
 * of hard negatives is absent, or its cell blank, the row is a pair.
 *
 * <p>The rows' texts are not held in memory but in a temporary file, so any number of them may be read.
 */
public final class TripleReader {

    private static final Logger LOG = LoggerFactory.getLogger(TripleReader.class);

    private final Path file;
    private final Columns columns;
    private final int limit;
    private final TripleFile.Writer triples;

    private TripleReader(Path file, Columns columns, int limit, TripleFile.Writer triples) {
        this.file = file;
        this.columns = columns;
        this.limit = limit == 0 ? Integer.MAX_VALUE : limit;
        this.triples = triples;
    }

    /**
     * Reads a file of triples.
     *
     * @param file the file
     * @param columns the names of its columns
     * @param limit how many rows to read from the top; 0 for all
     * @return the rows in file order, at least one; unmodifiable, each made anew when it is asked for
     * @throws DataException if the file cannot be read, lacks a column or has no rows, if a row has too many or too
     *     few cells, or if its anchor or positive is blank
     */
    public static List<Triple> read(Path file, Columns columns, int limit) {
        if (limit < 0) {
            throw new DataException("data.limit must be 0 (all rows) or more, found " + limit + ".");
        }
        try (TripleFile.Writer triples = new TripleFile.Writer()) {
            new TripleReader(file, columns, limit, triples).read();
            return triples.finish();
        }
    }

    private void read() {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".jsonl") || name.endsWith(".json")) {
            readJson();
        } else if (name.endsWith(".csv")) {
            try (Table table = new CsvTable(file)) {
                readTable(table);
            }
        } else if (name.endsWith(".tsv")) {
            try (Table table = new TsvTable(file)) {
                readTable(table);
            }
        } else {
            throw new DataException(file + ": the ending must say what the file is: .csv, .tsv, .jsonl or .json.");
        }
        if (triples.size() == 0) {
            throw new DataException(file + " has no rows; at least one triple or pair is needed.");
        }
    }

    private void readTable(Table table) {
        int anchor = needed(table, columns.anchor());
        int positive = needed(table, columns.positive());
        int hardNegative = columns.hardNegative() == null ? -1 : table.column(columns.hardNegative());
        if (hardNegative < 0) {
            noHardNegatives(table.header());
        }
        while (triples.size() < limit) {
            List<String> cells = table.nextComplete();
            if (cells == null) {
                return;
            }
            add(table.line(), cells.get(anchor), cells.get(positive),
                hardNegative < 0 ? null : cells.get(hardNegative));
        }
    }

    private int needed(Table table, String name) {
        int column = table.column(name);
        if (column < 0) {
            throw missing(1, name, "column", table.header());
        }
        return column;
    }

    private void readJson() {
        boolean anyHardNegative = false;
        List<String> keys = List.of();
        try (JsonLines lines = new JsonLines(file)) {
            while (triples.size() < limit) {
                ObjectNode object = lines.next();
                if (object == null) {
                    break;
                }
                keys = JsonLines.keys(object);
                for (String name : List.of(columns.anchor(), columns.positive())) {
                    if (!object.has(name)) {
                        throw missing(lines.line(), name, "key", keys);
                    }
                }
                String hardNegative = columns.hardNegative() == null ? null
                    : lines.text(object, columns.hardNegative());
                anyHardNegative |= hardNegative != null;
                add(lines.line(), lines.text(object, columns.anchor()), lines.text(object, columns.positive()),
                    hardNegative);
            }
        }
        if (!anyHardNegative) {
            noHardNegatives(keys);
        }
    }

    private DataException missing(long line, String name, String kind, List<String> found) {
        return DataException.at(file, line, "no " + kind + " '" + name + "'. Found: " + String.join(", ", found)
            + ". Name the ones to read under data.columns.");
    }

    private void noHardNegatives(List<String> found) {
        if (columns.hardNegative() != null) {
            LOG.warn("{}: no hard negatives under '{}' (found: {}); the rows are read as pairs.", file,
                columns.hardNegative(), String.join(", ", found));
        }
    }

    private void add(long line, String anchor, String positive, String hardNegative) {
        triples.add(new Triple(
            notBlank(line, columns.anchor(), anchor),
            notBlank(line, columns.positive(), positive),
            hardNegative == null || hardNegative.isBlank() ? null : hardNegative));
    }

    private String notBlank(long line, String column, String text) {
        if (text == null || text.isBlank()) {
            throw DataException.at(file, line, "column '" + column
                + "' is empty; every row needs an anchor and a positive. Fill it in or remove the row.");
        }
        return text;
    }
}
