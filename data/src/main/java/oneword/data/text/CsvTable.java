package oneword.data.text;

import java.io.FilterReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import oneword.data.DataException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A comma-separated table as RFC 4180 has it: a cell with a comma, a quote or a line break stands in double quotes,
 * a quote inside is doubled. Rows may end in {@code \n} or {@code \r\n}.
 */
public final class CsvTable implements Table {

    private static final CSVFormat FORMAT = CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).get();

    private final Path file;
    private final RowLimit in;
    private final CSVParser parser;
    private final Iterator<CSVRecord> records;
    private final List<String> header;
    private long line;

    /**
     * Opens a file and reads its header.
     *
     * @param file a UTF-8 file
     * @throws DataException if it cannot be read, is empty, or has a row of more than 16,777,216 characters
     */
    public CsvTable(Path file) {
        this.file = file;
        try {
            in = new RowLimit(Utf8Reader.open(file));
            parser = CSVParser.builder().setReader(in).setFormat(FORMAT).get();
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
        records = parser.iterator();
        try {
            List<String> first = next();
            if (first == null) {
                throw new DataException(file + " is empty; a header row with the names of the columns is needed.");
            }
            header = first.stream().map(String::strip).toList();
        } catch (DataException e) {
            close();
            throw e;
        }
    }

    @Override
    public List<String> next() {
        in.row();
        try {
            if (!records.hasNext()) {
                return null;
            }
            List<String> cells = records.next().toList();
            line = parser.getCurrentLineNumber() - lineBreaks(cells);
            return cells;
        } catch (UncheckedIOException | IllegalStateException e) {
            throw DataException.at(file, line + 1, "a quoted cell that begins at this line or later is not closed"
                + " properly; a quote inside a quoted cell must be doubled (\"\"). The parser says: "
                + e.getMessage(), e);
        }
    }

    /** Keeps a quote that is never closed from taking the rest of a large file into memory. */
    private final class RowLimit extends FilterReader {

        private long left;

        RowLimit(Utf8Reader in) {
            super(in);
        }

        void row() {
            left = Lines.MOST_CHARACTERS;
        }

        @Override
        public int read(char[] target, int offset, int length) throws IOException {
            if (left < 0) {
                throw DataException.at(file, line + 1, "the row that begins at this line or later is longer than "
                    + Lines.MOST_CHARACTERS + " characters; is a quoted cell not closed?");
            }
            int n = super.read(target, offset, length);
            left -= Math.max(0, n);
            return n;
        }
    }

    private static long lineBreaks(List<String> cells) {
        long breaks = 0;
        for (String cell : cells) {
            for (int i = 0; i < cell.length(); i++) {
                char c = cell.charAt(i);
                if (c == '\n' && (i == 0 || cell.charAt(i - 1) != '\r') || c == '\r') {
                    breaks++;
                }
            }
        }
        return breaks;
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public List<String> header() {
        return header;
    }

    @Override
    public long line() {
        return line;
    }

    @Override
    public String remedy() {
        return "A cell that holds a comma must stand in double quotes.";
    }

    @Override
    public void close() {
        try {
            parser.close();
        } catch (IOException e) {
            throw new DataException(file + " cannot be closed: " + e.getMessage(), e);
        }
    }
}
