package oneword.trainer.progress;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.Layout;

/**
 * Logback's way to {@link Screen#stderr()}: log lines appear above the progress instead of in it.
 * It needs a {@code layout}, such as logback's {@code PatternLayout}; the white space at the end of what the layout
 * gives is dropped, so the pattern may end in {@code %n} or not.
 */
public final class ScreenAppender extends AppenderBase<ILoggingEvent> {

    private final Screen screen;
    private Layout<ILoggingEvent> layout;

    /** An appender to stderr, made by logback. */
    public ScreenAppender() {
        this(Screen.stderr());
    }

    /**
     * An appender to a screen.
     *
     * @param screen where to
     */
    public ScreenAppender(Screen screen) {
        this.screen = screen;
    }

    /**
     * Says how events become lines.
     *
     * @param layout as configured; an appender without one does not start
     */
    public void setLayout(Layout<ILoggingEvent> layout) {
        this.layout = layout;
    }

    @Override
    public void start() {
        if (layout == null) {
            addError("the appender " + getName() + " has no layout");
            return;
        }
        super.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        screen.println(layout.doLayout(event).stripTrailing());
    }
}
