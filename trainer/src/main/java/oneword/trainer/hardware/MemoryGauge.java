package oneword.trainer.hardware;

import ai.djl.Device;

/**
 * Watches over memory while work goes on.
 *
 * <p>On a CPU an allocation rarely fails: the system ends the process instead. So the gauge is asked before each piece
 * of work, and refuses while there is still time to do with less. May be asked by several threads.
 */
public interface MemoryGauge {

    /** Refuses nothing. */
    MemoryGauge NONE = () -> { };

    /**
     * Is asked before a piece of work like the ones before it.
     *
     * @throws OutOfMemoryException where it would not fit
     */
    void claim();

    /** The gauge for a device: the system's memory for the CPU; a GPU's allocator refuses by itself. */
    static MemoryGauge of(Device device) {
        return of(device, 0);
    }

    /**
     * The gauge for a device.
     *
     * @param device where memory is taken
     * @param first bytes that the first piece is expected to take; later ones are taken to be like those before
     */
    static MemoryGauge of(Device device, long first) {
        return device.isGpu() ? NONE : new SystemMemoryGauge(first);
    }
}
