package oneword.trainer.progress;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * A stream for lines, with room for one line of progress at its foot where the stream is a terminal. All that a process
 * says on its stderr should go through one screen, {@link #stderr()}: lines printed while a {@link ProgressDisplay} is
 * open then appear above it. A display opened while another is open covers that one until it is closed.
 *
 * <p>Safe for use by several threads. Nothing is ever thrown because the stream is closed or full.
 */
public final class Screen {

    private static final Pattern CONTROL = Pattern.compile("[\\x{00}-\\x{1f}\\x{7f}-\\x{9f}&&[^\\r\\n\\t]]");

    private final PrintStream out;
    private final boolean terminal;
    private final IntSupplier width;
    private final LongSupplier clock;
    private final String separator;
    private final Deque<ProgressDisplay> displays = new ArrayDeque<>();
    private String drawn = "";

    /**
     * A screen on a stream.
     *
     * @param out where lines go
     * @param terminal whether a carriage return goes back to the start of the line; if not, progress is told in lines
     * @param width the number of columns, asked before a line is drawn; of no account where there is no terminal
     * @param clock nanoseconds from any origin, never going back, such as {@link System#nanoTime}
     * @param separator what stands between the parts of a line, such as {@code " · "}
     */
    public Screen(PrintStream out, boolean terminal, IntSupplier width, LongSupplier clock, String separator) {
        this.out = out;
        this.terminal = terminal;
        this.width = width;
        this.clock = clock;
        this.separator = separator;
    }

    /**
     * The screen of this process's stderr as it was when first asked for.
     *
     * @return always the same one
     */
    public static Screen stderr() {
        return Stderr.SCREEN;
    }

    /**
     * Prints a line, above the progress if there is some.
     *
     * @param line one or several lines, without the last line feed
     */
    public synchronized void println(String line) {
        clear();
        out.println(printable(line));
        draw();
        out.flush();
    }

    /**
     * A text that a terminal shows and does not obey: what is said quotes files that anyone may have made.
     *
     * @param text any text
     * @return the same, with control characters but tabs and line ends spelled out, ESC as {@code u001b} with a
     *     backslash before it
     */
    public static String printable(String text) {
        return CONTROL.matcher(text).replaceAll(match -> String.format("\\\\u%04x", (int) match.group().charAt(0)));
    }

    boolean isTerminal() {
        return terminal;
    }

    long now() {
        return clock.getAsLong();
    }

    String separator() {
        return separator;
    }

    synchronized void open(ProgressDisplay display) {
        if (!displays.isEmpty()) {
            displays.getLast().cover();
        }
        displays.addLast(display);
    }

    /** Ends a display: its last line becomes an ordinary one. */
    synchronized void close(ProgressDisplay display, String lastLine) {
        boolean top = displays.peekLast() == display;
        if (displays.remove(display)) {
            if (top && !displays.isEmpty()) {
                displays.getLast().uncover();
            }
            println(lastLine);
        }
    }

    /** How long a drawn line may be: the last column stays free, since a terminal may wrap there. */
    int lineWidth() {
        return Math.max(1, width.getAsInt() - 1);
    }

    /** Draws the uppermost display's line, if that has changed. */
    synchronized void draw() {
        if (!terminal || displays.isEmpty()) {
            return;
        }
        String line = displays.getLast().line(lineWidth());
        if (!line.equals(drawn)) {
            out.print("\r" + line + " ".repeat(Math.max(0, drawn.length() - line.length())));
            out.flush();
            drawn = line;
        }
    }

    private void clear() {
        if (!drawn.isEmpty()) {
            out.print("\r" + " ".repeat(drawn.length()) + "\r");
            drawn = "";
        }
    }

    private static final class Stderr {
        private static final Screen SCREEN = new Screen(
            System.err, Terminal.onStderr(), Terminal.width(), System::nanoTime, Terminal.separator());
    }
}
