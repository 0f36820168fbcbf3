package oneword.lora.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.NativeResource;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The memory that recordings keep their numbers in: one array for all that are open at a time, which the next ones use
 * again. Safe for use by several threads.
 *
 * <p>What a recording keeps lives long and is large, what layers make on the way is short-lived and as large. An
 * allocator that serves both leaves gaps between them, a third of its heap by measurement.
 */
final class RecordingSpace {

    private static final long ALIGNMENT = 64;

    private final NDManager manager;
    /** What DJL can name that is as wide; the kernel reads it as the compute type. */
    private final DataType type;
    /** The open ones by where they begin; behind the end of the space stand those that found no place in it. */
    private final NavigableMap<Long, Room> rooms = new TreeMap<>();
    private NDArray space;
    private long needed;

    /** Another thread may release the array at any time. */
    private record Room(NDArray array, long end) {

        boolean isClosed() {
            return ((NativeResource<?>) array).isReleased();
        }
    }

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
    synchronized NDArray take(NDManager scope, long count) {
        rooms.values().removeIf(Room::isClosed);
        if (rooms.isEmpty()) {
            prepare();
        }
        long begin = firstGap(count);
        long end = begin + count;
        needed = Math.max(needed, end);
        NDArray room = end > size() ? scope.create(new Shape(count), type)
            : space.get(new NDIndex().addSliceDim(begin, end));
        room.attach(scope);
        rooms.put(begin, new Room(room, end));
        return room;
    }

    private long firstGap(long count) {
        long begin = 0;
        for (Map.Entry<Long, Room> room : rooms.entrySet()) {
            if (room.getKey() - begin >= count) {
                break;
            }
            begin = room.getValue().end();
        }
        return begin;
    }

    /**
     * Nothing is in use: makes as much room as the last recordings would have needed together, and a quarter more,
     * since batches differ in length. What is never written to takes no memory on a CPU.
     */
    private void prepare() {
        long count = needed;
        needed = 0;
        if (count > size()) {
            release();
            space = manager.create(new Shape(count + count / 4), type);
        }
    }

    /** Frees all memory that no room is in. Later rooms get arrays of their own first, as at the beginning. */
    synchronized void release() {
        needed = 0;
        if (space != null) {
            space.close();
            space = null;
        }
    }

    private long size() {
        return space == null ? 0 : space.size();
    }
}
