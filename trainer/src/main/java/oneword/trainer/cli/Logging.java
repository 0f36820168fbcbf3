package oneword.trainer.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How much the log says on stderr. */
final class Logging {

    private Logging() {}

    static void verbose(boolean verbose) {
        if (verbose && LoggerFactory.getLogger("ai.djl") instanceof Logger djl) {
            djl.setLevel(Level.INFO);
        }
    }
}
