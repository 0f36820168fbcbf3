package oneword.lora.decoder;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Keys and values of tokens that many sentences begin with, such as a demonstration, computed once by
 * {@link Decoder#prefix} with the adapter as it then was. For embedding: no gradient reaches the adapter through it.
 *
 * @param length number of tokens
 * @param layers keys and values of each layer, in the compute type
 */
public record PrefixCache(int length, List<List<NDArray>> layers) {
}
