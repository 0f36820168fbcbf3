package oneword.trainer.leaderboard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import oneword.trainer.TrainerException;
import oneword.trainer.checkpoint.FileContent;

/** The forms of a leaderboard. */
public final class LeaderboardFiles {

    private LeaderboardFiles() {}

    /**
     * The leaderboard for a terminal.
     *
     * @return lines, each ended by a line feed
     */
    public static String plain(LeaderboardReport report) {
        return PlainForm.of(report);
    }

    /**
     * Writes {@code leaderboard.md}, {@code .csv}, {@code .json} and {@code .html}; each is there whole or not at all,
     * and older ones are replaced.
     *
     * @param report what to write
     * @param folder where to; made at need
     * @return the files
     * @throws TrainerException if one cannot be written
     */
    public static List<Path> write(LeaderboardReport report, Path folder) {
        Map<String, String> forms = new LinkedHashMap<>();
        forms.put("md", MarkdownForm.of(report));
        forms.put("csv", CsvForm.of(report));
        forms.put("json", JsonForm.of(report));
        forms.put("html", HtmlForm.of(report));
        List<Path> files = new ArrayList<>();
        forms.forEach((ending, text) -> {
            Path file = folder.resolve("leaderboard." + ending);
            try {
                AtomicFiles.write(file, FileContent.of(text));
            } catch (IOException e) {
                throw new TrainerException("cannot write " + file + ": " + e.getMessage(), e);
            }
            files.add(file);
        });
        return files;
    }
}
