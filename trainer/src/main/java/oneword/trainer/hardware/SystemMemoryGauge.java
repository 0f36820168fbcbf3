package oneword.trainer.hardware;

import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Refuses where the system has less left than a reserve and the largest piece of work so far. What is done after a
 * refusal is to be smaller, so that half of it is expected then; what a process takes once, at its first piece, is thus
 * not held against all that follow.
 */
final class SystemMemoryGauge implements MemoryGauge {

    private static final long LEAST_RESERVE = 256L << 20;
    private static final int RESERVED_PART = 50;

    private final Supplier<OptionalLong> available;
    private final long reserve;
    private long before = -1;
    private long largest;

    SystemMemoryGauge(long first) {
        this(Memory::available, Math.max(LEAST_RESERVE, Memory.physical() / RESERVED_PART), first);
    }

    /**
     * A gauge over any memory.
     *
     * @param available bytes that are left; empty where nobody knows
     * @param reserve bytes that shall stay
     * @param first bytes that the first piece of work is expected to take
     */
    SystemMemoryGauge(Supplier<OptionalLong> available, long reserve, long first) {
        this.available = available;
        this.reserve = reserve;
        this.largest = first;
    }

    @Override
    public synchronized void claim() {
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
            long expected = largest;
            before = -1;
            largest /= 2;
            throw new OutOfMemoryException("out of memory: " + Memory.format(now) + " are left, the next piece of work "
                + "may take " + Memory.format(expected) + " and " + Memory.format(reserve) + " shall stay free");
        }
    }
}
