package oneword.data.text;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import oneword.data.DataException;

/**
 * A tab-separated table (IANA text/tab-separated-values): cells are split at tabs, and a double quote is a character
 * like any other.
 */
public final class TsvTable implements Table {

    private final Path file;
    private final Lines lines;
    private final List<String> header;

    /**
     * Opens a file and reads its header.
     *
     * @param file a UTF-8 file
     * @throws DataException if it cannot be read or is empty
     */
    public TsvTable(Path file) {
        this.file = file;
        lines = new Lines(file);
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
        String line = lines.next();
        while (line != null && line.isEmpty()) {
            line = lines.next();
        }
        return line == null ? null : Arrays.asList(line.split("\t", -1));
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
        return lines.number();
    }

    @Override
    public String remedy() {
        return "A cell cannot hold a tab or a line break.";
    }

    @Override
    public void close() {
        lines.close();
    }
}
