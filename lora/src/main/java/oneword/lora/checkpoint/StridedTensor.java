package oneword.lora.checkpoint;

import static oneword.lora.checkpoint.WeightFileException.quote;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A tensor as torch saves it: elements of a storage at strides. Element (i, j, …) of the tensor is element
 * {@code offset + i·strides[0] + j·strides[1] + …} of the storage.
 *
 * @param info name, type, shape and place; {@link TensorInfo#SCATTERED} unless the elements are one row-major run
 * @param first where element (0, 0, …) lies in the file
 * @param span the bytes from there to the end of the last element
 * @param strides in elements, one for each dimension
 */
record StridedTensor(TensorInfo info, long first, long span, long[] strides) {
    private static final int MOST_DIMENSIONS = 64;
    private static final String WAY_OUT = "save it again with tensor.contiguous()";

    /**
     * Checks that the tensor lies in its storage, and is no larger.
     *
     * @param file for messages
     * @param name the tensor's name
     * @param tensor what the pickle says
     * @param storageStart where the storage begins in the file
     */
    static StridedTensor of(Path file, String name, PickleValue.Tensor tensor, long storageStart) {
        DType dtype = tensor.storage().dtype();
        long[] shape = tensor.shape();
        long[] strides = tensor.strides();
        long length = shape.length > MOST_DIMENSIONS ? -1 : TensorInfo.byteLength(dtype, shape);
        long span = length < 0 || strides.length != shape.length ? -1 : span(tensor);
        if (tensor.offset() < 0 || span < 0 || length > tensor.storage().bytes()
                || tensor.offset() > tensor.storage().elements() - span) {
            throw new WeightFileException(file, "tensor " + quote(name) + " of shape " + Arrays.toString(shape)
                    + " and strides " + Arrays.toString(strides) + " from element " + tensor.offset()
                    + " does not lie in its storage of " + tensor.storage().elements() + " elements",
                    TorchPickleFile.DAMAGED);
        }
        long first = storageStart + tensor.offset() * dtype.size();
        boolean scattered = length > 0 && !isRowMajor(shape, strides);
        return new StridedTensor(new TensorInfo(name, dtype, shape, scattered ? TensorInfo.SCATTERED : first, length),
                first, span * dtype.size(), strides);
    }

    /** The elements from the first to the last inclusive; 0 if there are none, -1 if that cannot be. */
    private static long span(PickleValue.Tensor tensor) {
        long last = 0;
        for (int i = 0; i < tensor.shape().length; i++) {
            if (tensor.shape()[i] == 0) {
                return 0;
            }
            long steps = tensor.shape()[i] - 1;
            long stride = tensor.strides()[i];
            if (stride < 0 || Math.multiplyHigh(steps, stride) != 0 || steps * stride < 0
                    || steps * stride >= Long.MAX_VALUE - last) {
                return -1;
            }
            last += steps * stride;
        }
        return last + 1;
    }

    private static boolean isRowMajor(long[] shape, long[] strides) {
        long expected = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            if (shape[i] != 1 && strides[i] != expected) {
                return false;
            }
            expected *= shape[i];
        }
        return true;
    }

    /** The elements in row-major order, copied from the file. */
    ByteBuffer gather(MappedFile file) {
        file.requireOneBuffer(info, WAY_OUT);
        ByteBuffer to = ByteBuffer.allocateDirect((int) info.length()).order(ByteOrder.LITTLE_ENDIAN);
        gather(file, to);
        return to.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Copies the elements in row-major order until {@code to}, which is little-endian, is full. */
    void gather(MappedFile file, ByteBuffer to) {
        if (span > Integer.MAX_VALUE) {
            throw new WeightFileException(file.path(), "tensor " + quote(info.name()) + " is scattered over " + span
                    + " bytes, expected at most " + Integer.MAX_VALUE, WAY_OUT);
        }
        ByteBuffer from = file.map(first, span);
        int size = info.dtype().size();
        long[] shape = info.shape();
        long[] at = new long[shape.length];
        long element = 0;
        while (to.hasRemaining()) {
            copy(from, (int) element * size, to, size);
            for (int i = shape.length - 1; i >= 0; i--) {
                element += strides[i];
                if (++at[i] < shape[i]) {
                    break;
                }
                element -= at[i] * strides[i];
                at[i] = 0;
            }
        }
    }

    private static void copy(ByteBuffer from, int at, ByteBuffer to, int size) {
        switch (size) {
            case Long.BYTES -> to.putLong(from.getLong(at));
            case Integer.BYTES -> to.putInt(from.getInt(at));
            case Short.BYTES -> to.putShort(from.getShort(at));
            default -> to.put(from.get(at));
        }
    }
}
