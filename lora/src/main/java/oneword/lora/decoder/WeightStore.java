package oneword.lora.decoder;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Gives a decoder its frozen weights, stage by stage, in the order that the family's kernel takes them.
 *
 * <p>A decoder asks for a layer's weights each time it runs that layer and keeps none of them, so a store may hold them
 * all or bring them one layer ahead of use.
 */
public interface WeightStore {

    /** Weights of the stage before the first layer. */
    List<NDArray> embedding();

    /** Weights of layer i, from 0. */
    List<NDArray> layer(int i);

    /** Weights of the stage after the last layer. */
    List<NDArray> head();
}
