package oneword.trainer.loop;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import oneword.data.batch.MicroBatch;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.LayerSeeds;
import oneword.lora.decoder.TokenBatch;
import oneword.lora.kernel.Torch;

/**
 * One micro-batch on its way through the decoder, forward and back, with the same dropout masks however often it is
 * computed.
 */
final class MicroBatchPass {

    private final Decoder decoder;
    private final MicroBatch cut;
    private final LayerSeeds seeds;
    private final boolean sharePrefix;

    MicroBatchPass(Decoder decoder, MicroBatch cut, LayerSeeds seeds, boolean sharePrefix) {
        this.decoder = decoder;
        this.cut = cut;
        this.seeds = seeds;
        this.sharePrefix = sharePrefix;
    }

    private TokenBatch tokens(NDManager scope) {
        return TokenBatch.of(scope, cut.ids(), cut.lengths(), cut.width(), sharePrefix);
    }

    /** Vectors without graph, fp32 [n, d]. */
    NDArray embed(NDManager scope) {
        try (NDManager inner = scope.newSubManager()) {
            NDArray vectors = Torch.withoutGradients(() -> decoder.encode(inner, tokens(inner), seeds));
            vectors.attach(scope);
            return vectors;
        }
    }

    /** Vectors whose graph reaches down to the adapters. */
    NDArray graph(NDManager scope) {
        return Torch.withGradients(() -> decoder.encode(scope, tokens(scope), seeds));
    }

    /**
     * Carries gradients down to the adapters through one layer's graph at a time.
     *
     * @param scope owns what is made on the way
     * @param gradient of the loss with respect to the vectors
     */
    void backwardByLayer(NDManager scope, NDArray gradient) {
        TokenBatch batch = tokens(scope);
        int layers = decoder.config().layers();
        List<NDArray> borders = new ArrayList<>();
        Torch.withoutGradients(() -> {
            borders.add(decoder.embed(scope, batch, seeds));
            for (int i = 0; i < layers; i++) {
                borders.add(decoder.layer(scope, i, borders.get(i), batch, seeds));
            }
            return borders;
        });
        NDArray down = segment(scope, borders.get(layers), gradient,
            (inner, x) -> decoder.head(inner, x, batch, seeds));
        for (int i = layers - 1; i >= 0; i--) {
            int layer = i;
            down = segment(scope, borders.get(i), down,
                (inner, x) -> decoder.layer(inner, layer, x, batch, seeds));
        }
        if (decoder.adaptsEmbeddings()) {
            NDArray embedded = Torch.withGradients(() -> decoder.embed(scope, batch, seeds));
            Torch.backward(embedded, down);
        }
    }

    private interface Segment {

        NDArray run(NDManager scope, NDArray x);
    }

    private static NDArray segment(NDManager scope, NDArray input, NDArray gradient, Segment segment) {
        try (NDManager inner = scope.newSubManager()) {
            input.setRequiresGradient(true);
            NDArray output = Torch.withGradients(() -> segment.run(inner, input));
            Torch.backward(output, gradient);
            NDArray down = input.getGradient();
            down.attach(scope);
            gradient.close();
            input.close();
            return down;
        }
    }
}
