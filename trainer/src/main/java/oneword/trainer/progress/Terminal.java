package oneword.trainer.progress;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * What this process can find out about the terminal behind its stderr. The terminal's settings and the process's signal
 * handlers stay as they are, which a terminal library would not promise.
 */
final class Terminal {

    static final int DEFAULT_WIDTH = 80;

    private static final String PROPERTY = "oneword.terminal";
    private static final long WIDTH_IS_GOOD_FOR = TimeUnit.SECONDS.toNanos(5);

    private Terminal() {}

    /**
     * Whether stderr is a terminal on which a line can be drawn again and again. The system property
     * {@code oneword.terminal} (true or false) decides where it is set; otherwise, where {@code /proc} is not there to
     * tell, a terminal is believed in only if stdin and stdout are on one too.
     */
    static boolean onStderr() {
        String property = System.getProperty(PROPERTY);
        if (property != null) {
            return Boolean.parseBoolean(property);
        }
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return System.console() != null;
        }
    }

    /** The terminal's width in columns as of a few seconds ago, {@value #DEFAULT_WIDTH} where nobody knows. */
    static IntSupplier width() {
        return new Width();
    }

    /** What stands between two parts of a line: a middle dot where stderr's encoding has one. */
    static String separator() {
        String name = System.getProperty("sun.stderr.encoding", System.getProperty("native.encoding", "US-ASCII"));
        Charset charset = Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.US_ASCII;
        return charset.newEncoder().canEncode('·') ? " · " : " | ";
    }

    private static final class Width implements IntSupplier {

        private int width = DEFAULT_WIDTH;
        private long asked;
        private boolean known;
        private boolean unknowable;

        @Override
        public synchronized int getAsInt() {
            if (!unknowable && (!known || System.nanoTime() - asked > WIDTH_IS_GOOD_FOR)) {
                int found = ask();
                asked = System.nanoTime();
                known = true;
                unknowable = found <= 0;
                width = found > 0 ? found : DEFAULT_WIDTH;
            }
            return width;
        }

        /** Asks {@code stty}, which prints rows and columns; 0 if it cannot say. */
        private static int ask() {
            try {
                Process stty = new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
                if (!stty.waitFor(1, TimeUnit.SECONDS)) {
                    stty.destroyForcibly();
                    return 0;
                }
                String[] size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip().split(" ");
                return size.length == 2 ? Integer.parseInt(size[1]) : 0;
            } catch (IOException | NumberFormatException e) {
                return 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return 0;
            }
        }
    }
}
