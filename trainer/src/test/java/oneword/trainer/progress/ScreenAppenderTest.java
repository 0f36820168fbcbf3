package oneword.trainer.progress;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ScreenAppenderTest {

    private final LoggerContext context = new LoggerContext();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Screen screen = new Screen(
        new PrintStream(bytes, true, StandardCharsets.UTF_8), false, () -> 80, System::nanoTime, " · ");

    @Test
    void eventsBecomeLinesOfTheScreen() {
        Logger logger = logger(new ScreenAppender(screen), "%level %msg%n%nopex");

        logger.info("read {} rows", 12);
        logger.warn("careful", new IllegalStateException("not shown"));

        assertThat(bytes.toString(StandardCharsets.UTF_8).lines()).containsExactly("INFO read 12 rows", "WARN careful");
    }

    @Test
    void withoutALayoutItDoesNotStart() {
        ScreenAppender appender = new ScreenAppender(screen);
        appender.setContext(context);
        appender.start();

        assertThat(appender.isStarted()).isFalse();
    }

    private Logger logger(ScreenAppender appender, String pattern) {
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.setPattern(pattern);
        layout.start();
        appender.setContext(context);
        appender.setLayout(layout);
        appender.start();
        Logger logger = context.getLogger("test");
        logger.setLevel(Level.INFO);
        logger.addAppender(appender);
        return logger;
    }
}
