package oneword.lora.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks that a difference is within its bound and notes it in target/exactness.tsv for docs/exactness.md: name,
 * largest difference, largest share of the bound, how often. The file holds what the latest run measured.
 */
final class Measured {

    private static final Path FILE = Path.of("target/exactness.tsv");
    private static final Map<String, Row> ROWS = new TreeMap<>();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Measured::write));
    }

    private Measured() {}

    private record Row(double largest, double share, int count) {}

    static synchronized void within(String name, String where, double difference, double bound) {
        Row row = ROWS.getOrDefault(name, new Row(0, 0, 0));
        ROWS.put(name, new Row(
            Math.max(row.largest, difference), Math.max(row.share, difference / bound), row.count + 1));
        assertThat(difference).as("%s, %s", name, where).isLessThanOrEqualTo(bound);
    }

    private static synchronized void write() {
        StringBuilder text = new StringBuilder();
        ROWS.forEach((name, row) -> text.append(String.format(
            Locale.ROOT, "%s\t%.3g\t%.3g\t%d%n", name, row.largest, row.share, row.count)));
        try {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
