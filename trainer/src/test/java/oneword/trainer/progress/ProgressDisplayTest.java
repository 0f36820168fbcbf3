package oneword.trainer.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {

    private static final long SECOND = 1_000_000_000L;
    private static final int NEVER = 1_000_000_000;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong clock = new AtomicLong(-77 * SECOND);

    @Test
    void aTerminalShowsBarPositionValuesRatesAndTimeLeft() {
        Screen screen = terminal(120);
        ProgressDisplay display = new ProgressDisplay(screen, "step", "", 0, 338, NEVER);
        for (int step = 1; step <= 120; step++) {
            pass(1);
            display.value("loss", "0.4312").count("triples", 412).count("tokens", 28_400).update(step);
        }
        display.println("checkpoint saved");

        assertThat(shown()).containsExactly("checkpoint saved", "[=======>            ]  35% "
            + "step 120/338 · loss 0.4312 · 412 triples/s · 28,400 tokens/s · 00:03:38 left");
    }

    @Test
    void theTimeLeftRunsDownBetweenUpdates() {
        ProgressDisplay display = new ProgressDisplay(terminal(80), "step", "", 0, 10, NEVER);
        pass(20);
        display.update(2);
        pass(5);
        assertThat(display.line(80)).endsWith("00:01:15 left");
        pass(500);
        assertThat(display.line(80)).endsWith("00:00:00 left");
    }

    @Test
    void aRunThatGoesOnCountsOnlyWhatIsNew() {
        ProgressDisplay display = new ProgressDisplay(terminal(80), "step", "", 300, 338, NEVER);
        pass(10);
        display.update(301);

        assertThat(display.line(80)).endsWith("step 301/338 · 00:06:10 left");
    }

    @Test
    void aNarrowTerminalLosesTheBarThenRatesThenValuesThenTheTime() {
        ProgressDisplay display = new ProgressDisplay(terminal(120), "step", "", 0, 338, NEVER);
        pass(10);
        display.value("loss", "0.4312").count("triples", 1234).update(10);

        assertThat(display.line(200)).startsWith("[>").endsWith("123 triples/s · 00:05:28 left");
        assertThat(display.line(70)).isEqualTo("step 10/338 · loss 0.4312 · 123 triples/s · 00:05:28 left");
        assertThat(display.line(50)).isEqualTo("step 10/338 · loss 0.4312 · 00:05:28 left");
        assertThat(display.line(30)).isEqualTo("step 10/338 · 00:05:28 left");
        assertThat(display.line(20)).isEqualTo("step 10/338");
        assertThat(display.line(5)).isEqualTo("step ");
        assertThat(display.line(1)).isEqualTo("s");
    }

    @Test
    void linesAppearAboveTheBarAndLeaveNoRemains() {
        Screen screen = terminal(80);
        ProgressDisplay display = new ProgressDisplay(screen, "step", "", 0, 4, NEVER);
        screen.println("first line, which is longer than what was drawn before it");
        pass(1);
        display.value("loss", "12.0").update(1);
        screen.println("two\nlines");
        display.value("loss", "1").update(2);
        screen.println("");

        assertThat(shown()).containsExactly("first line, which is longer than what was drawn before it",
            "two", "lines", "", "[==========>         ]  50% step 2/4 · loss 1 · 00:00:01 left");
    }

    @Test
    void theLastLineStaysWithTheTimeTakenAndTheRatesOverAll() {
        Screen screen = terminal(120);
        try (ProgressDisplay display = new ProgressDisplay(screen, "embedding", "sentences", 0, 0, NEVER)) {
            display.update(0, 21_000);
            pass(100);
            display.update(1000, 21_000);
            pass(100);
            display.update(21_000, 21_000);
            display.close();
        }
        screen.println("after");

        assertThat(shown()).containsExactly("embedding 21,000/21,000 sentences · 105 sentences/s · 00:03:20", "after");
    }

    @Test
    void aDisplayOpenedOnTopCoversTheOtherWhoseClockStands() {
        Screen screen = terminal(80);
        ProgressDisplay training = new ProgressDisplay(screen, "step", "", 0, 100, NEVER);
        pass(10);
        training.count("triples", 100).update(10);
        try (ProgressDisplay evaluation = new ProgressDisplay(screen, "embedding", "", 0, 500, NEVER)) {
            pass(1000);
            evaluation.update(500);
            screen.println("log");
            assertThat(shown()).containsExactly("log", "[====================] 100% embedding 500/500");
        }
        assertThat(shown()).containsExactly("log", "embedding 500/500 · 00:16:40",
            "[==>                 ]  10% step 10/100 · 10.0 triples/s · 00:01:30 left");
        pass(10);
        training.count("triples", 100).update(20);
        training.close();
        assertThat(shown()).containsExactly("log", "embedding 500/500 · 00:16:40",
            "step 20/100 · 10.0 triples/s · 00:17:00");
    }

    @Test
    void theLibrarysThreadDrawsWithoutBeingAsked() throws InterruptedException {
        Screen screen = terminal(80);
        try (ProgressDisplay display = new ProgressDisplay(screen, "step", "", 0, 4, 1)) {
            display.update(3);
            for (int i = 0; i < 10_000 && !shown().toString().contains("step 3/4"); i++) {
                Thread.sleep(1);
            }
            assertThat(shown()).containsExactly("[===============>    ]  75% step 3/4");
        }
    }

    @Test
    void withoutATerminalEachTenthIsALineButNoneWithinTenSeconds() {
        try (ProgressDisplay display = new ProgressDisplay(lines(), "step", "", 0, 100)) {
            for (int step = 1; step <= 100; step++) {
                pass(step <= 50 ? 2 : 0.5);
                display.value("loss", "0.5").update(step);
            }
        }

        // Tenths come each 20 seconds at first, then each 5: every other one is due.
        List<String> lines = shown();
        assertThat(lines).extracting(line -> line.replaceAll(" ·.*", "")).containsExactly("step 10/100", "step 20/100",
            "step 30/100", "step 40/100", "step 50/100", "step 70/100", "step 90/100", "step 100/100");
        assertThat(lines.get(0)).isEqualTo("step 10/100 · loss 0.5 · 00:03:00 left");
        assertThat(lines.get(7)).isEqualTo("step 100/100 · loss 0.5 · 00:02:05");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).doesNotContain("\r");
    }

    @Test
    void withoutATerminalALongTenthIsToldEachFiveMinutes() {
        ProgressDisplay display = new ProgressDisplay(lines(), "step", "", 0, 10_000);
        for (int step = 1; step <= 30; step++) {
            pass(30);
            display.update(step);
        }

        assertThat(shown()).extracting(line -> line.replaceAll(" ·.*", ""))
            .containsExactly("step 10/10,000", "step 20/10,000", "step 30/10,000");
    }

    @Test
    void aClosedStreamIsNoError() {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("broken pipe");
            }
        };
        Screen screen = new Screen(new PrintStream(broken), true, () -> 80, clock::get, " | ");

        assertThatCode(() -> {
            try (ProgressDisplay display = new ProgressDisplay(screen, "step", "", 0, 10)) {
                display.update(5);
                screen.println("line");
            }
        }).doesNotThrowAnyException();
    }

    private void pass(double seconds) {
        clock.addAndGet((long) (seconds * SECOND));
    }

    private Screen terminal(int width) {
        return new Screen(stream(), true, () -> width, clock::get, " · ");
    }

    private Screen lines() {
        return new Screen(stream(), false, () -> 80, clock::get, " · ");
    }

    private PrintStream stream() {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    /** What a terminal would show: a carriage return goes back, later characters overwrite earlier ones. */
    private List<String> shown() {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int column = 0;
        for (char c : bytes.toString(StandardCharsets.UTF_8).toCharArray()) {
            if (c == '\n') {
                lines.add(line.toString().stripTrailing());
                line.setLength(0);
                column = 0;
            } else if (c == '\r') {
                column = 0;
            } else {
                line.replace(column, Math.min(column + 1, line.length()), String.valueOf(c));
                column++;
            }
        }
        if (!line.isEmpty()) {
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
