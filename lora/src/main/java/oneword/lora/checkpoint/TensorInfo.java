package oneword.lora.checkpoint;

import java.util.Arrays;
import java.util.Objects;

/**
 * What a weight file says about one tensor.
 *
 * @param name the tensor's name, such as {@code model.decoder.layers.0.fc1.weight}
 * @param dtype the element type
 * @param shape the dimensions, outermost first; empty for a scalar, and any of them may be 0
 * @param offset where the tensor's first byte lies in its file, from the file's start; {@link #SCATTERED} if the
 *     file does not hold the bytes as one row-major run
 * @param length the tensor's bytes: the product of the dimensions times the element size
 */
public record TensorInfo(String name, DType dtype, long[] shape, long offset, long length) {
    /** The offset of a tensor that the file does not hold as one row-major run, such as a saved transpose. */
    public static final long SCATTERED = -1;

    /**
     * Checks that shape, type and length agree.
     *
     * @throws IllegalArgumentException if a dimension is negative or the length is not that of the shape
     */
    public TensorInfo {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(dtype, "dtype");
        shape = shape.clone();
        if (offset < SCATTERED || length != byteLength(dtype, shape)) {
            throw new IllegalArgumentException(name + ": " + length + " bytes at " + offset + " for " + dtype
                    + Arrays.toString(shape));
        }
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
     * How many elements the tensor has.
     *
     * @return the product of the dimensions; 1 for a scalar
     */
    public long elements() {
        return length / dtype.size();
    }

    /** The bytes of a tensor of that type and shape; -1 if a dimension is negative or the product is beyond a long. */
    static long byteLength(DType dtype, long[] shape) {
        long bytes = dtype.size();
        for (long dimension : shape) {
            if (dimension < 0 || Math.multiplyHigh(bytes, dimension) != 0 || bytes * dimension < 0) {
                return -1;
            }
            bytes *= dimension;
        }
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorInfo that && name.equals(that.name) && dtype == that.dtype
                && Arrays.equals(shape, that.shape) && offset == that.offset && length == that.length;
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, dtype, Arrays.hashCode(shape), offset, length);
    }

    @Override
    public String toString() {
        return name + " " + dtype + Arrays.toString(shape) + " at " + offset;
    }
}
