package oneword.lora.checkpoint;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A tensor to be written: what it is, and a way to its bytes that is taken only when its turn comes, so that one
 * tensor at a time (or one piece of it) is held in memory.
 *
 * <p>The buffers' bytes from position to limit, one buffer after the other, are the row-major elements,
 * little-endian; the buffers themselves are left as they are. Their byte order setting is of no concern: set it to
 * little-endian before filling them.
 *
 * @param name the tensor's name, not {@code __metadata__}
 * @param dtype the element type
 * @param shape the dimensions, outermost first; empty for a scalar
 * @param chunks asked once per write; the buffers are drawn from it one by one, each written before the next is drawn
 */
public record TensorData(String name, DType dtype, long[] shape, Supplier<? extends Iterable<ByteBuffer>> chunks) {
    /**
     * Checks the name and the shape.
     *
     * @throws IllegalArgumentException if the name is reserved, a dimension is negative or the size overflows
     */
    public TensorData {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(dtype, "dtype");
        Objects.requireNonNull(chunks, "chunks");
        shape = shape.clone();
        if (name.equals(SafetensorsHeader.METADATA)) {
            throw new IllegalArgumentException("the name " + name + " is reserved");
        }
        if (TensorInfo.byteLength(dtype, shape) < 0) {
            throw new IllegalArgumentException(name + ": negative or overflowing shape " + Arrays.toString(shape));
        }
    }

    /**
     * A tensor whose bytes are one buffer.
     *
     * @param name the tensor's name
     * @param dtype the element type
     * @param shape the dimensions, outermost first
     * @param bytes gives the buffer when the tensor's turn comes
     * @return the tensor
     * @throws IllegalArgumentException as in the constructor
     */
    public static TensorData of(String name, DType dtype, long[] shape, Supplier<ByteBuffer> bytes) {
        return new TensorData(name, dtype, shape, () -> List.of(bytes.get()));
    }

    /**
     * The dimensions, outermost first.
     *
     * @return a copy
     */
    @Override
    public long[] shape() {
        return shape.clone();
    }

    /**
     * The bytes the tensor takes in a file.
     *
     * @return the product of the dimensions times the element size
     */
    public long length() {
        return TensorInfo.byteLength(dtype, shape);
    }
}
