package oneword.data.text;

import java.nio.file.Path;
import java.util.List;
import oneword.data.DataException;

/** A table with a header row, read row by row. */
public sealed interface Table extends AutoCloseable permits CsvTable, TsvTable {

    /**
     * The file that is read.
     *
     * @return the file
     */
    Path file();

    /**
     * The names of the columns, stripped of white space around them.
     *
     * @return the header, at least one name
     */
    List<String> header();

    /**
     * Reads the next row; empty lines are skipped.
     *
     * @return its cells as they stand, or null at the end
     * @throws DataException if the row cannot be read
     */
    List<String> next();

    /**
     * The line at which the row last read begins.
     *
     * @return the line, counted from 1
     */
    long line();

    @Override
    void close();

    /**
     * Finds a column.
     *
     * @param name a column's name
     * @return its position from 0, or -1 if the header lacks it
     * @throws DataException if the header has it twice
     */
    default int column(String name) {
        int first = header().indexOf(name);
        if (first != header().lastIndexOf(name)) {
            throw DataException.at(file(), 1, "the column '" + name + "' stands twice in the header; rename one.");
        }
        return first;
    }

    /**
     * Reads the next row and checks that it has a cell for each column.
     *
     * @return its cells, or null at the end
     * @throws DataException if it has more or fewer cells than the header
     */
    default List<String> nextComplete() {
        List<String> cells = next();
        if (cells != null && cells.size() != header().size()) {
            throw DataException.at(file(), line(), "the row has " + cells.size() + " cells, the header "
                + header().size() + " (" + String.join(", ", header()) + "). " + remedy());
        }
        return cells;
    }

    /**
     * What to do about a row that has too many or too few cells.
     *
     * @return a sentence
     */
    String remedy();
}
