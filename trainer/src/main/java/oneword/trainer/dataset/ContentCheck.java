package oneword.trainer.dataset;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import oneword.data.DataException;
import oneword.data.sts.StsProtocol;
import oneword.data.sts.StsReader;
import oneword.data.transfer.TransferReader;

/** Tells whether a folder holds what a source should give, by reading it as an evaluation would. */
final class ContentCheck {

    private ContentCheck() {}

    /**
     * Looks at everything that is known of a source.
     *
     * @param source the source
     * @param folder where its files should lie
     * @return what is wrong, empty if nothing is
     */
    static List<String> problems(DatasetSource source, Path folder) {
        List<String> problems = new ArrayList<>();
        count(source.senteval(), folder, StsProtocol.SENTEVAL, problems);
        count(source.mteb(), folder, StsProtocol.MTEB, problems);
        for (String target : source.take().values()) {
            if (!target.endsWith("/") && !target.endsWith(".") && !Files.isRegularFile(folder.resolve(target))) {
                problems.add("there is no " + folder.resolve(target));
            }
        }
        if (problems.isEmpty()) {
            source.lines().forEach((file, lines) -> lines(folder.resolve(file), lines, problems));
            source.begins().forEach((file, text) -> begins(folder.resolve(file), text, problems));
        }
        return problems;
    }

    private static void count(Map<String, Integer> tasks, Path folder, StsProtocol protocol, List<String> problems) {
        tasks.forEach((task, expected) -> {
            try {
                long found = TransferReader.TASKS.contains(task)
                    ? TransferReader.read(task, folder).examples().count()
                    : StsReader.read(task, folder, protocol).pairs().size();
                if (found != expected) {
                    problems.add(task + ": expected " + expected + " examples, found " + found);
                }
            } catch (DataException e) {
                problems.add(task + ": " + e.getMessage());
            }
        });
    }

    private static void lines(Path file, int expected, List<String> problems) {
        try (InputStream in = Files.newInputStream(file)) {
            long lines = 0;
            int last = '\n';
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    lines += buffer[i] == '\n' ? 1 : 0;
                }
                last = n > 0 ? buffer[n - 1] : last;
            }
            lines += last == '\n' ? 0 : 1;
            if (lines != expected) {
                problems.add(file + ": expected " + expected + " lines, found " + lines);
            }
        } catch (IOException e) {
            problems.add(file + ": cannot be read: " + e.getMessage());
        }
    }

    private static void begins(Path file, String text, List<String> problems) {
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            char[] found = new char[text.length()];
            int n = Math.max(0, in.read(found));
            if (!new String(found, 0, n).equals(text)) {
                problems.add(file + ": expected to begin with '" + text + "', found '" + new String(found, 0, n) + "'");
            }
        } catch (IOException e) {
            problems.add(file + ": cannot be read: " + e.getMessage());
        }
    }
}
