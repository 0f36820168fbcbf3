package oneword.data.nli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import oneword.data.DataException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * Writes training triples under the names of {@link Columns#DEFAULT}, so that {@link TripleReader} reads the same
 * again: CSV (RFC 4180 quoting, lines ended by a line feed) or, by the ending {@code .jsonl} or {@code .json}, one JSON
 * object a line. The column of hard negatives is left out if no row has one.
 */
public final class TripleWriter {

    private static final JsonMapper JSON = new JsonMapper();

    private TripleWriter() {
    }

    /**
     * Writes a file: all of it or nothing. It grows under a hidden name in the same folder and is moved into place at
     * the end; a file that was there before stays whole until then.
     *
     * @param out the file to write, ending in .csv, .jsonl or .json; folders above it are made
     * @param triples the rows
     * @throws DataException if it cannot be written
     */
    public static void write(Path out, List<Triple> triples) {
        String name = String.valueOf(out.getFileName()).toLowerCase(Locale.ROOT);
        boolean json = name.endsWith(".jsonl") || name.endsWith(".json");
        if (!json && !name.endsWith(".csv")) {
            throw new DataException(out + ": the ending must say what to write: .csv, .jsonl or .json.");
        }
        Path target = out.toAbsolutePath();
        Path growing = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
        try {
            Files.createDirectories(target.getParent());
            try {
                writeFile(growing, triples, json);
                Files.move(growing, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(growing);
            }
        } catch (IOException e) {
            throw new DataException(out + " cannot be written: " + e.getMessage()
                + ". Check the folder, its permissions and the free space.", e);
        }
    }

    private static void writeFile(Path file, List<Triple> triples, boolean json) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Writer writer = new BufferedWriter(
                new OutputStreamWriter(Channels.newOutputStream(channel), StandardCharsets.UTF_8.newEncoder()));
            if (json) {
                writeJson(writer, triples);
            } else {
                writeCsv(writer, triples);
            }
            writer.flush();
            channel.force(true);
        }
    }

    private static void writeCsv(Writer writer, List<Triple> triples) throws IOException {
        boolean hardNegatives = triples.isEmpty() || triples.stream().anyMatch(Triple::hasHardNegative);
        CSVPrinter printer = new CSVPrinter(writer, CSVFormat.RFC4180.builder().setRecordSeparator('\n').get());
        Columns columns = Columns.DEFAULT;
        if (hardNegatives) {
            printer.printRecord(columns.anchor(), columns.positive(), columns.hardNegative());
        } else {
            printer.printRecord(columns.anchor(), columns.positive());
        }
        for (Triple triple : triples) {
            if (hardNegatives) {
                printer.printRecord(triple.anchor(), triple.positive(), triple.hardNegative());
            } else {
                printer.printRecord(triple.anchor(), triple.positive());
            }
        }
        printer.flush();
    }

    private static void writeJson(Writer writer, List<Triple> triples) throws IOException {
        Columns columns = Columns.DEFAULT;
        for (Triple triple : triples) {
            Map<String, String> object = new LinkedHashMap<>();
            object.put(columns.anchor(), triple.anchor());
            object.put(columns.positive(), triple.positive());
            if (triple.hasHardNegative()) {
                object.put(columns.hardNegative(), triple.hardNegative());
            }
            writer.write(JSON.writeValueAsString(object));
            writer.write('\n');
        }
    }
}
