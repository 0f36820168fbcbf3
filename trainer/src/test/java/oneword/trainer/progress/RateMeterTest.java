package oneword.trainer.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RateMeterTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void knowsNoRateBeforeTimeHasPassed() {
        RateMeter meter = new RateMeter(-5 * SECOND, 100);
        assertThat(meter.recent()).isZero();
        assertThat(meter.overall()).isZero();

        meter.reach(-5 * SECOND, 101);
        assertThat(meter.recent()).isZero();
    }

    @Test
    void whatWasDoneBeforeTheStartDoesNotCount() {
        RateMeter meter = new RateMeter(0, 100);
        meter.reach(4 * SECOND, 110);

        assertThat(meter.recent()).isEqualTo(2.5);
        assertThat(meter.overall()).isEqualTo(2.5);
    }

    @Test
    void theRecentRateForgetsWhatIsMoreThanAMinuteAgo() {
        RateMeter meter = new RateMeter(0, 0);
        for (int second = 1; second <= 100; second++) {
            meter.reach(second * SECOND, second);
        }
        for (int second = 101; second <= 170; second++) {
            meter.reach(second * SECOND, 100 + (second - 100) * 10);
        }

        assertThat(meter.recent()).isCloseTo(10, within(1e-9));
        assertThat(meter.overall()).isCloseTo(800 / 170.0, within(1e-9));
    }

    @Test
    void oneStepOfMoreThanAMinuteStillHasARate() {
        RateMeter meter = new RateMeter(0, 0);
        meter.reach(100 * SECOND, 10);
        meter.reach(300 * SECOND, 30);

        assertThat(meter.recent()).isCloseTo(0.1, within(1e-9));
    }
}
