package oneword.data.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import oneword.data.DataException;

/** Small files in ISO 8859-1, in which every sequence of bytes is text. */
public final class Latin1 {

    private static final Pattern LINE_END = Pattern.compile("\r\n|[\n\r]");
    private static final Pattern ANY_BREAK = Pattern.compile("\r\n|[\n\r\u000b\u000c\u001c-\u001e\u0085]");

    private Latin1() {
    }

    /**
     * The lines of a file as Python's {@code for line in open(file, encoding='latin-1')} gives them.
     *
     * @param file the file
     * @return its lines without their ends; the break at the very end starts no line
     * @throws DataException if the file cannot be read
     */
    public static List<String> lines(Path file) {
        return split(file, LINE_END);
    }

    /**
     * The lines of a file as Python's {@code str.splitlines()} makes them, which also breaks a line at U+000B, U+000C,
     * U+001C to U+001E and U+0085.
     *
     * @param file the file
     * @return its lines without their ends; the break at the very end starts no line
     * @throws DataException if the file cannot be read
     */
    public static List<String> splitLines(Path file) {
        return split(file, ANY_BREAK);
    }

    private static List<String> split(Path file, Pattern end) {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            List<String> lines = new ArrayList<>(Arrays.asList(end.split(text, -1)));
            if (lines.get(lines.size() - 1).isEmpty()) {
                lines.remove(lines.size() - 1);
            }
            return lines;
        } catch (NoSuchFileException e) {
            throw new DataException("No such file: " + file + " (looked for " + file.toAbsolutePath() + ").", e);
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
