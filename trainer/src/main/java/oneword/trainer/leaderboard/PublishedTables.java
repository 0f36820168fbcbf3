package oneword.trainer.leaderboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import oneword.trainer.evaluation.TaskList;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/**
 * The published rows that come with oneword: {@code published.csv} beside this class, with the columns {@code id,
 * label, source}, the seven STS sets and {@code average}. All follow the SentEval protocol.
 */
public final class PublishedTables {

    private static final List<PublishedScores> ROWS = read();

    private PublishedTables() {}

    /**
     * All rows.
     *
     * @return those of one publication together
     */
    public static List<PublishedScores> rows() {
        return ROWS;
    }

    /** The ids of all rows. */
    public static List<String> ids() {
        return ROWS.stream().map(PublishedScores::id).toList();
    }

    /** Finds a row; empty if there is none of that id, or id is null. */
    static Optional<PublishedScores> find(String id) {
        return ROWS.stream().filter(row -> row.id().equals(id)).findFirst();
    }

    private static List<PublishedScores> read() {
        CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
        List<PublishedScores> rows = new ArrayList<>();
        try (InputStream in = PublishedTables.class.getResourceAsStream("published.csv");
            Reader text = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            for (CSVRecord row : format.parse(text)) {
                Map<String, Double> scores = new HashMap<>();
                for (String task : TaskList.STS) {
                    if (!row.get(task).isEmpty()) {
                        scores.put(task, Double.valueOf(row.get(task)));
                    }
                }
                rows.add(new PublishedScores(row.get("id"), row.get("label"), row.get("source"), scores,
                    Double.parseDouble(row.get("average"))));
            }
            return List.copyOf(rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
