package oneword.trainer.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A server's answer that may be another one later: 429, 5xx and their like. */
final class ServerBusyException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Duration retryAfter;

    ServerBusyException(String message, Optional<Duration> retryAfter) {
        super(message);
        this.retryAfter = retryAfter.orElse(null);
    }

    /** How long the server asks to wait, if it says so. */
    Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
