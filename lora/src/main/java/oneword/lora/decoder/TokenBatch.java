package oneword.lora.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Token ids on the device, right-padded.
 *
 * @param ids int32 [n, width]
 * @param lengths int64 [n], real tokens of each row
 */
public record TokenBatch(NDArray ids, NDArray lengths) {

    /**
     * Copies ids to the manager's device.
     *
     * @param manager owns the arrays
     * @param ids row-major [n, width]
     * @param lengths real tokens of each row, 1 to width
     * @param width tokens of a row, padding included
     */
    public static TokenBatch of(NDManager manager, int[] ids, int[] lengths, int width) {
        if (ids.length != lengths.length * width) {
            throw new IllegalArgumentException(ids.length + " ids are not " + lengths.length + " rows of " + width);
        }
        long[] wide = new long[lengths.length];
        for (int i = 0; i < wide.length; i++) {
            if (lengths[i] < 1 || lengths[i] > width) {
                throw new IllegalArgumentException("Row " + i + " has " + lengths[i] + " of " + width + " tokens");
            }
            wide[i] = lengths[i];
        }
        return new TokenBatch(manager.create(ids, new Shape(lengths.length, width)), manager.create(wide));
    }
}
