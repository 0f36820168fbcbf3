package oneword.lora.decoder;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** All weights held in memory on the device. */
record ResidentWeights(List<NDArray> embedding, List<List<NDArray>> layers, List<NDArray> head) implements WeightStore {

    ResidentWeights {
        embedding = List.copyOf(embedding);
        layers = List.copyOf(layers);
        head = List.copyOf(head);
    }

    @Override
    public List<NDArray> layer(int i) {
        return layers.get(i);
    }
}
