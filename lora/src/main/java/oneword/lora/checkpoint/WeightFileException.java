package oneword.lora.checkpoint;

import java.nio.file.Path;
import oneword.lora.LoraException;

/**
 * A weight file (or folder of them) is missing, damaged, or of a form that is not read. The message reads
 * {@code FILE: what is wrong, expected against found; way out}.
 */
public final class WeightFileException extends LoraException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_QUOTE = 120;

    WeightFileException(Path file, String problem, String wayOut) {
        super(message(file, problem, wayOut));
    }

    WeightFileException(Path file, String problem, String wayOut, Throwable cause) {
        super(message(file, problem, wayOut), cause);
    }

    private static String message(Path file, String problem, String wayOut) {
        return file + ": " + problem + "; " + wayOut;
    }

    /**
     * Text from a file as it may stand in a message: in single quotes, cut where it is long, and with anything a
     * terminal could take for a command written as an escape.
     */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("'");
        text.codePoints().limit(LONGEST_QUOTE).forEach(c -> {
            int type = Character.getType(c);
            if (Character.isISOControl(c) || type == Character.FORMAT || type == Character.SURROGATE
                    || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR) {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        if (text.codePointCount(0, text.length()) > LONGEST_QUOTE) {
            quoted.append('…');
        }
        return quoted.append('\'').toString();
    }
}
