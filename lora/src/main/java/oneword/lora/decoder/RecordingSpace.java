package oneword.lora.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.NativeResource;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory that recordings keep their numbers in: one array for all that are open at a time, which the next ones use
 * again.
 *
 * <p>What a recording keeps lives long and is large, what layers make on the way is short-lived and as large. An
 * allocator that serves both leaves gaps between them, a third of its heap by measurement.
 */
final class RecordingSpace {

    private static final long ALIGNMENT = 64;

    private final NDManager manager;
    /** What DJL can name that is as wide; the kernel reads it as the compute type. */
    private final DataType type;
    private final List<NDArray> rooms = new ArrayList<>();
    private NDArray space;
    private long taken;

    /**
     * Takes nothing yet.
     *
     * @param manager owns the memory
     * @param precision type of the numbers
     */
    RecordingSpace(NDManager manager, Precision precision) {
        this.manager = manager;
        this.type = precision == Precision.FP32 ? DataType.FLOAT32 : DataType.FLOAT16;
    }

    /**
     * How many numbers a room must have so that each of its matrices can begin at a multiple of 64; itself one, so that
     * rooms laid end to end begin there too.
     *
     * @param count numbers of all matrices
     * @param matrices how many at most
     */
    static long aligned(long count, int matrices) {
        return (count + matrices * ALIGNMENT + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /**
     * Room for a recording. Where what there is does not suffice it gets an array of its own, and there will be enough
     * once all rooms have been closed.
     *
     * @param scope owns the array, which may be a view
     * @param count how many numbers, a multiple of 64
     * @return [count], of any values
     */
    NDArray take(NDManager scope, long count) {
        rooms.removeIf(room -> ((NativeResource<?>) room).isReleased());
        if (rooms.isEmpty()) {
            prepare();
        }
        long begin = taken;
        taken += count;
        NDArray room = taken > size() ? scope.create(new Shape(count), type)
            : space.get(new NDIndex().addSliceDim(begin, taken));
        room.attach(scope);
        rooms.add(room);
        return room;
    }

    /**
     * Nothing is in use: makes as much room as the last recordings would have needed together, and a quarter more,
     * since batches differ in length. What is never written to takes no memory on a CPU.
     */
    private void prepare() {
        long needed = taken;
        taken = 0;
        if (needed > size()) {
            release();
            space = manager.create(new Shape(needed + needed / 4), type);
        }
    }

    /** Frees all memory that no room is in. Later rooms get arrays of their own first, as at the beginning. */
    void release() {
        taken = 0;
        if (space != null) {
            space.close();
            space = null;
        }
    }

    private long size() {
        return space == null ? 0 : space.size();
    }
}
