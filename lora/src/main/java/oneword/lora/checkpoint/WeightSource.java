package oneword.lora.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Named tensors in one or more files, read in place or copied.
 *
 * <p><b>Buffers.</b> A tensor comes as a direct, read-only, little-endian buffer whose position is 0 and whose limit
 * is the tensor's length: row-major, no padding. Each call gives a buffer with a position of its own over the same
 * memory. The memory is a mapping of the file: nothing is read until it is touched, and native code that takes the
 * buffer's address reads straight from the file's pages; it must never write there, since the pages are mapped
 * read-only and a write ends the process.
 * Only a tensor that is {@link TensorInfo#SCATTERED} is gathered into memory of its own at each call.
 *
 * <p><b>Alignment.</b> The address is as aligned as the tensor's offset in its file. The writers of safetensors and
 * of torch's zip archives align each tensor at least to its element size; the formats do not demand it, and legacy
 * pickles do not. Readers that need more must copy.
 *
 * <p><b>Lifetime.</b> A buffer stays valid after {@link #close()}, for as long as it is reachable from Java; the
 * memory is unmapped by the garbage collector afterwards. Native code that keeps only the address must therefore
 * keep the buffer too. The file must not be truncated or overwritten in place meanwhile (replacing it by a rename is
 * fine): on most systems touching a page that is gone ends the process.
 *
 * <p>All methods may be called from several threads at once.
 */
public interface WeightSource extends AutoCloseable {
    /**
     * The names of all tensors.
     *
     * @return unmodifiable, in the order in which the files hold them
     */
    Set<String> names();

    /**
     * What is known of a tensor.
     *
     * @param name one of {@link #names()}
     * @return its type, shape and place
     * @throws WeightFileException if there is no tensor of that name; the message names some that there are
     */
    TensorInfo info(String name);

    /**
     * A tensor's bytes as one buffer.
     *
     * @param name one of {@link #names()}
     * @return direct, read-only, little-endian, from position 0 to the tensor's length
     * @throws WeightFileException if there is no such tensor, it is beyond 2 GiB, or the file can no longer be mapped
     * @throws IllegalStateException if this source is closed
     */
    ByteBuffer map(String name);

    /**
     * A tensor's bytes as consecutive buffers, for tensors beyond 2 GiB and for readers that want small pieces.
     *
     * @param name one of {@link #names()}
     * @param maxBytes the most bytes of one buffer; rounded down to whole elements, so at least the element size
     * @return at least one buffer, each as in {@link #map(String)}; all but the last of the same size
     * @throws WeightFileException as in {@link #map(String)}, save that no tensor in one run is too large
     * @throws IllegalArgumentException if not even one element fits
     * @throws IllegalStateException if this source is closed
     */
    List<ByteBuffer> mapChunks(String name, int maxBytes);

    /**
     * Copies a tensor's bytes into memory of the caller's, so that nothing of the file stays in this process: a mapping
     * counts as its memory until the garbage collector comes by. Only a tensor that is {@link TensorInfo#SCATTERED} is
     * gathered from a mapping.
     *
     * @param name one of {@link #names()}
     * @param into receives them, little-endian, and stands behind them afterwards; best direct, since Java copies to
     *     others through a direct buffer of the same size
     * @throws WeightFileException if there is no such tensor or the file can no longer be read
     * @throws IllegalArgumentException if there is not enough room
     * @throws IllegalStateException if this source is closed
     */
    void read(String name, ByteBuffer into);

    /**
     * The file that holds a tensor, to name it in messages.
     *
     * @param name one of {@link #names()}
     * @return the file that {@link TensorInfo#offset()} counts in
     * @throws WeightFileException if there is no tensor of that name
     */
    Path file(String name);

    /** Closes the files. Buffers given out stay valid; closing twice does nothing. */
    @Override
    void close();
}
