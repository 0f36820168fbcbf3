package oneword.trainer.hub;

import java.time.Duration;

/**
 * How long a download waits, and how often it tries.
 *
 * @param connect longest wait for a connection
 * @param stall longest wait for an answer, or for the next bytes of one
 * @param tries most attempts in a row without real progress
 * @param firstPause pause after the first failure, doubled after each further one
 * @param longestPause upper bound of any pause, also of one that a server asks for
 * @param sleeper makes the pauses
 */
record Patience(Duration connect, Duration stall, int tries, Duration firstPause, Duration longestPause,
                Sleeper sleeper) {

    static final Patience STANDARD = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(30), 5,
        Duration.ofSeconds(1), Duration.ofMinutes(5), pause -> Thread.sleep(pause.toMillis()));

    /** Lets time pass. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration pause) throws InterruptedException;
    }

    Duration pauseAfter(int failures) {
        return shortened(firstPause.multipliedBy(1L << Math.min(failures - 1, 20)));
    }

    Duration shortened(Duration asked) {
        return asked.compareTo(longestPause) > 0 ? longestPause : asked;
    }
}
