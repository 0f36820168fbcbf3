package oneword.trainer.loop;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import oneword.data.batch.MicroBatch;
import oneword.lora.adapter.LoraAdapter;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.decoder.Decoder;
import oneword.lora.decoder.LayerSeeds;
import oneword.lora.decoder.Recording;
import oneword.lora.decoder.TokenBatch;
import oneword.lora.kernel.Kernels;
import oneword.lora.kernel.Torch;
import oneword.trainer.hardware.MemoryGauge;

/**
 * One micro-batch on its way through the decoder, forward and back, with the same dropout masks however often it is
 * computed.
 */
final class MicroBatchPass {

    /** A pass that keeps less than this is covered by the gauge's reserve: asking takes half a millisecond a layer. */
    private static final long LITTLE = 64L << 20;

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

    /**
     * A pass that gradients can go back through. What it keeps grows with every layer, and may be more than the system
     * has left when it begins: so memory is asked for layer by layer.
     *
     * @param scope what is kept lives as long
     * @param bordersOnly keeps only what stands at the borders of layers
     * @throws oneword.trainer.hardware.OutOfMemoryException where the next layer would not fit; what there is by then
     *     goes with the scope
     */
    Recording record(NDManager scope, boolean bordersOnly) {
        long bytes = bytes();
        MemoryGauge gauge = bytes < LITTLE ? MemoryGauge.NONE
            : MemoryGauge.of(decoder.manager().getDevice(), bytes / decoder.config().layers());
        return record(scope, bordersOnly, gauge);
    }

    Recording record(NDManager scope, boolean bordersOnly, MemoryGauge gauge) {
        return Kernels.guarded(gauge::claim, () -> decoder.record(scope, tokens(scope), seeds, bordersOnly));
    }

    /** What all layers are expected to keep. */
    private long bytes() {
        LoraConfig lora = decoder.adapter().map(LoraAdapter::config).orElseThrow();
        return Arrays.stream(cut.lengths()).asLongStream().sum()
            * decoder.config().activationBytesPerToken(decoder.precision(), lora);
    }
}
