package oneword.trainer.progress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * Shows how far a piece of work has come.
 *
 * <pre>{@code
 * try (ProgressDisplay display = new ProgressDisplay(Screen.stderr(), "step", "", 0, 338)) {
 *     for (long step = 1; step <= 338; step++) {
 *         …
 *         display.value("loss", "0.4312").count("triples", 256).count("tokens", 17_640).update(step);
 *     }
 * }
 * }</pre>
 *
 * <p>On a terminal this is a line that is drawn again five times a second:
 *
 * <pre>{@code
 * [=======>            ]  35% step 120/338 · loss 0.4312 · 412 triples/s · 28,400 tokens/s · 00:03:10 left
 * }</pre>
 *
 * <p>Parts that find no room on a narrow terminal are left out: the bar first, then rates, values and the time.
 * Elsewhere the same is told in lines: one for each tenth of the work, but none sooner than 10 seconds after the one
 * before, and one each 5 minutes where a tenth takes longer. In both cases a last line stays when the display is
 * closed, with the time taken and the rates over all of it.
 *
 * <p>Rates are moving averages over about a minute; time during which another display covers this one does not count in
 * them. Methods may be called by any thread; none of them ever throws because the stream is closed.
 */
public final class ProgressDisplay implements AutoCloseable {

    private static final int REDRAW_MILLIS = 200;
    private static final long LINE_AT_MOST_EVERY = TimeUnit.SECONDS.toNanos(10);
    private static final long LINE_AT_LEAST_EVERY = TimeUnit.MINUTES.toNanos(5);
    private static final int BAR = 20;

    private final Screen screen;
    private final String label;
    private final String unit;
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, RateMeter> rates = new LinkedHashMap<>();
    private final RateMeter progress;
    private final long opened;
    private final ProgressBar bar;
    private long total;
    private long covered;
    private long coveredSince;
    private boolean isCovered;
    private long lastLine;
    private long lastTenth;

    /**
     * Opens a display.
     *
     * @param screen where to
     * @param label what is done, such as {@code step} or {@code embedding}
     * @param unit what is counted, in the plural; empty if the label says it already
     * @param start how much was done before, by a run that goes on now
     * @param total how much there is to do, 0 if that is not known yet
     */
    public ProgressDisplay(Screen screen, String label, String unit, long start, long total) {
        this(screen, label, unit, start, total, REDRAW_MILLIS);
    }

    ProgressDisplay(Screen screen, String label, String unit, long start, long total, int redrawMillis) {
        this.screen = screen;
        this.label = label;
        this.unit = unit;
        this.total = total;
        opened = screen.now();
        lastLine = opened;
        progress = new RateMeter(opened, start);
        lastTenth = tenth();
        screen.open(this);
        bar = screen.isTerminal() ? bar(redrawMillis) : null;
    }

    /**
     * The library's part: a thread that draws at a steady pace, so that the time left runs down. The line is made under
     * the screen's lock at the moment it is drawn, and is therefore never older than what stands there already.
     */
    private ProgressBar bar(int redrawMillis) {
        return new ProgressBarBuilder().setUpdateIntervalMillis(redrawMillis).continuousUpdate()
            .setRenderer((state, width) -> "").setConsumer(new ScreenConsumer()).build();
    }

    /**
     * Shows a value as it is now, until it is given again.
     *
     * @param name its name
     * @param value its value as it shall stand there
     * @return this display
     */
    public ProgressDisplay value(String name, String value) {
        synchronized (screen) {
            values.put(name, value);
        }
        return this;
    }

    /**
     * Counts something, whose rate is shown.
     *
     * @param units what is counted, in the plural
     * @param amount how many more
     * @return this display
     */
    public ProgressDisplay count(String units, long amount) {
        synchronized (screen) {
            RateMeter rate = rates.computeIfAbsent(units, name -> new RateMeter(opened, 0));
            rate.reach(now(), rate.total() + amount);
        }
        return this;
    }

    /**
     * Says how far the work has come. Cheap: a terminal is drawn by another thread.
     *
     * @param done how much is done by now, with what was done before the display was opened
     */
    public void update(long done) {
        synchronized (screen) {
            progress.reach(now(), done);
            if (!screen.isTerminal() && isLineDue()) {
                lastLine = screen.now();
                lastTenth = tenth();
                screen.println(line(Integer.MAX_VALUE));
            }
        }
    }

    /**
     * Says how far the work has come and how much there is; fits where a callback with these two is asked for.
     *
     * @param done how much is done by now
     * @param all how much there is to do
     */
    public void update(long done, long all) {
        synchronized (screen) {
            total = all;
            update(done);
        }
    }

    /**
     * Prints a line above the display.
     *
     * @param line one or several lines, without the last line feed
     */
    public void println(String line) {
        screen.println(line);
    }

    /** Ends the display and leaves its last line. Closing it again does nothing. */
    @Override
    public void close() {
        if (bar != null) {
            boolean interrupted = Thread.interrupted(); // waits for the drawing thread and would forget the interrupt
            bar.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        String last;
        synchronized (screen) {
            List<String> parts = parts(true);
            parts.add(time(screen.now() - opened));
            last = String.join(screen.separator(), parts);
        }
        screen.close(this, last);
    }

    /** The line as it is now, of no more than so many columns. */
    String line(int width) {
        synchronized (screen) {
            List<String> parts = parts(false);
            String left = left();
            String separator = screen.separator();
            String line = String.join(separator, parts) + (left.isEmpty() ? "" : separator + left);
            for (int last = parts.size() - 1; last > 0 && line.length() > width; last--) {
                line = String.join(separator, parts.subList(0, last)) + (left.isEmpty() ? "" : separator + left);
            }
            if (line.length() > width) {
                line = parts.get(0).substring(0, Math.min(width, parts.get(0).length()));
            }
            String drawnBar = screen.isTerminal() && total > 0 ? barText() : "";
            return drawnBar.length() + line.length() <= width ? drawnBar + line : line;
        }
    }

    void cover() {
        isCovered = true;
        coveredSince = screen.now();
    }

    void uncover() {
        isCovered = false;
        covered += screen.now() - coveredSince;
    }

    /** Position, values, rates. */
    private List<String> parts(boolean overall) {
        List<String> parts = new ArrayList<>();
        long done = (long) progress.total();
        parts.add(String.format(Locale.ROOT, "%s %,d", label, done)
            + (total > 0 ? String.format(Locale.ROOT, "/%,d", total) : "") + (unit.isEmpty() ? "" : " " + unit));
        values.forEach((name, value) -> parts.add(name + " " + value));
        if (!unit.isEmpty()) {
            addRate(parts, unit, overall ? progress.overall() : progress.recent());
        }
        rates.forEach((name, rate) -> addRate(parts, name, overall ? rate.overall() : rate.recent()));
        return parts;
    }

    private static void addRate(List<String> parts, String units, double rate) {
        if (rate > 0) {
            String format = rate >= 100 ? "%,.0f %s/s" : rate >= 10 ? "%.1f %s/s" : "%.2f %s/s";
            parts.add(String.format(Locale.ROOT, format, rate, units));
        }
    }

    private String left() {
        double rate = progress.recent();
        double rest = total - progress.total();
        if (rate <= 0 || rest <= 0) {
            return "";
        }
        long sinceLast = now() - progress.reached();
        return time(Math.max(0, (long) (rest / rate * 1e9) - sinceLast)) + " left";
    }

    private String barText() {
        double part = part();
        int filled = (int) (part * BAR);
        String head = filled < BAR ? ">" : "";
        return "[" + "=".repeat(filled) + head + " ".repeat(BAR - filled - head.length()) + "] "
            + String.format(Locale.ROOT, "%3d%% ", (int) (part * 100));
    }

    private boolean isLineDue() {
        long since = screen.now() - lastLine;
        return since >= LINE_AT_LEAST_EVERY || since >= LINE_AT_MOST_EVERY && tenth() > lastTenth;
    }

    private long tenth() {
        return (long) (10 * part());
    }

    private double part() {
        return total <= 0 ? 0 : Math.max(0, Math.min(1, progress.total() / total));
    }

    /** The time as far as it counts for rates. */
    private long now() {
        return (isCovered ? coveredSince : screen.now()) - covered;
    }

    private static String time(long nanos) {
        Duration time = Duration.ofNanos(nanos);
        return String.format(Locale.ROOT, "%02d:%02d:%02d",
            time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }

    /** Where the library's thread draws. */
    private final class ScreenConsumer implements ProgressBarConsumer {

        @Override
        public int getMaxRenderedLength() {
            return screen.lineWidth();
        }

        @Override
        public void accept(String rendered) {
            screen.draw();
        }

        @Override
        public void close() {
            // The last line is the display's own affair.
        }
    }
}
