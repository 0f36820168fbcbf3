package oneword.trainer.hardware;

import java.util.OptionalLong;
import java.util.function.Supplier;

/** Refuses where the system has less left than a reserve and the largest piece of work so far. */
final class SystemMemoryGauge implements MemoryGauge {

    private static final long LEAST_RESERVE = 256L << 20;
    private static final int RESERVED_PART = 50;

    private final Supplier<OptionalLong> available;
    private final long reserve;
    private long before = -1;
    private long largest;

    SystemMemoryGauge() {
        this(Memory::available, Math.max(LEAST_RESERVE, Memory.physical() / RESERVED_PART));
    }

    /**
     * A gauge over any memory.
     *
     * @param available bytes that are left; empty where nobody knows
     * @param reserve bytes that shall stay
     */
    SystemMemoryGauge(Supplier<OptionalLong> available, long reserve) {
        this.available = available;
        this.reserve = reserve;
    }

    @Override
    public void claim() {
        OptionalLong left = available.get();
        if (left.isEmpty()) {
            return;
        }
        long now = left.getAsLong();
        if (before >= 0) {
            largest = Math.max(largest, before - now);
        }
        before = now;
        if (now < reserve + largest) {
            before = -1;
            throw new OutOfMemoryException("out of memory: " + Memory.format(now) + " are left, the next piece of work "
                + "may take " + Memory.format(largest) + " and " + Memory.format(reserve) + " shall stay free");
        }
    }
}
