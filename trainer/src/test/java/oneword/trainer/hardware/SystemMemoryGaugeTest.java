package oneword.trainer.hardware;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SystemMemoryGaugeTest {

    @Test
    void refusesBeforeTheReserveIsTouchedByAPieceLikeTheLargestSoFar() {
        MemoryGauge gauge = gauge(0, 1000, 900, 650, 400, 249);
        gauge.claim();
        gauge.claim();
        gauge.claim();
        gauge.claim();
        assertThatThrownBy(gauge::claim).isInstanceOf(OutOfMemoryException.class).hasMessageContaining("out of memory");
    }

    @Test
    void plentyIsNeverRefused() {
        MemoryGauge gauge = gauge(0, 1000, 900, 1000, 900);
        assertThatCode(() -> {
            gauge.claim();
            gauge.claim();
            gauge.claim();
            gauge.claim();
        }).doesNotThrowAnyException();
    }

    @Test
    void whereNobodyKnowsNothingIsRefused() {
        assertThatCode(new SystemMemoryGauge(OptionalLong::empty, 100, 50)::claim).doesNotThrowAnyException();
    }

    @Test
    void theFirstPieceIsRefusedWhereItIsExpectedToTakeTooMuch() {
        assertThatThrownBy(gauge(50, 149)::claim).isInstanceOf(OutOfMemoryException.class);
        assertThatCode(gauge(50, 150)::claim).doesNotThrowAnyException();
    }

    @Test
    void afterARefusalHalfIsExpected() {
        MemoryGauge gauge = gauge(0, 1000, 600, 450, 450, 299);
        gauge.claim();
        gauge.claim();
        assertThatThrownBy(gauge::claim).as("takes 400").isInstanceOf(OutOfMemoryException.class);
        gauge.claim();
        assertThatThrownBy(gauge::claim).as("takes 200").isInstanceOf(OutOfMemoryException.class);
    }

    private static MemoryGauge gauge(long first, long... readings) {
        Deque<Long> left = new ArrayDeque<>();
        for (long reading : readings) {
            left.add(reading);
        }
        return new SystemMemoryGauge(() -> OptionalLong.of(left.remove()), 100, first);
    }
}
