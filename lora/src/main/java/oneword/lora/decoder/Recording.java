package oneword.lora.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.List;
import oneword.lora.adapter.LoraAdapter;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.kernel.Torch;

/**
 * A pass through a decoder that gradients can go back through, down to the adapter's matrices.
 *
 * <p>Layers have backward passes of their own, so that only what those need is kept: results of linear maps in the
 * compute type, and what dropout's masks are made of. From the last layer on, which is computed for the last tokens
 * alone, autograd records. Close it when done, or let its scope.
 */
public final class Recording implements AutoCloseable {

    /** That a layer keeps. */
    private static final int MOST_MATRICES = 16;

    private final Decoder decoder;
    private final TokenBatch batch;
    private final LayerSeeds seeds;
    private final NDManager scope;
    /** What goes into each layer. */
    private final List<NDArray> inputs = new ArrayList<>();
    /** For each layer but the last what its backward pass needs; empty where that is made again. */
    private final List<NDList> kept = new ArrayList<>();
    /** For each layer but the last the memory of what it keeps; where that is made again, one for all. */
    private final List<NDArray> rooms = new ArrayList<>();
    private NDArray vectors;

    private Recording(Decoder decoder, NDManager scope, TokenBatch batch, LayerSeeds seeds) {
        this.decoder = decoder;
        this.batch = batch;
        this.seeds = seeds;
        this.scope = scope;
    }

    /**
     * Runs all stages.
     *
     * @param parent what is kept lives as long, or until {@link #close}
     * @param batch must live as long
     * @param seeds of the dropout masks
     * @param bordersOnly keeps only what goes into each layer; each is run again on the way back
     */
    static Recording of(
        Decoder decoder, NDManager parent, TokenBatch batch, LayerSeeds seeds, boolean bordersOnly) {
        Recording recording = new Recording(decoder, parent.newSubManager(), batch, seeds);
        Torch.withoutGradients(() -> recording.layers(bordersOnly));
        recording.finish();
        return recording;
    }

    private NDArray layers(boolean bordersOnly) {
        NDArray x = decoder.embed(scope, batch, seeds);
        inputs.add(x);
        takeRooms(x.getShape().get(0), bordersOnly);
        for (int i = 0; i < last(); i++) {
            if (bordersOnly) {
                x = decoder.layer(scope, i, x, batch, seeds);
            } else {
                NDList record = decoder.recordLayer(scope, i, x, rooms.get(i), batch, seeds);
                x = record.remove(0);
                kept.add(record);
            }
            inputs.add(x);
        }
        return x;
    }

    /** Memory for what layers keep; where they keep nothing, for one at a time, when it is run again. */
    private void takeRooms(long rows, boolean bordersOnly) {
        if (last() == 0) {
            return;
        }
        LoraConfig lora = decoder.adapter().map(LoraAdapter::config).orElseThrow();
        long room = RecordingSpace.aligned(rows * decoder.config().keptPerToken(lora), MOST_MATRICES);
        int count = bordersOnly ? 1 : last();
        NDArray all = decoder.recordingSpace().take(scope, count * room);
        for (int i = 0; i < count; i++) {
            rooms.add(all.get(new NDIndex().addSliceDim(i * room, (i + 1) * room)));
        }
    }

    private int last() {
        return decoder.config().layers() - 1;
    }

    private void finish() {
        NDArray x = inputs.get(last());
        x.setRequiresGradient(true);
        vectors = Torch.withGradients(
            () -> decoder.head(scope, decoder.layer(scope, last(), x, batch, seeds), batch, seeds));
    }

    /** Vectors of the sentences, fp32 [n, d]; they belong to the recording. */
    public NDArray vectors() {
        return vectors;
    }

    /**
     * Adds the gradients of the adapter's matrices to theirs. Once only: what was kept is let go of on the way.
     *
     * @param gradient of the loss with respect to the vectors, fp32 [n, d]
     * @param order in which recordings that go back side by side add to a matrix's gradient
     */
    public void backward(NDArray gradient, GradientOrder order) {
        NDArray down = lastBackward(gradient, order);
        for (int i = last() - 1; i >= 0; i--) {
            down = layerBackward(i, down, order);
        }
        if (decoder.adaptsEmbeddings()) {
            NDArray x = Torch.withGradients(() -> decoder.embed(scope, batch, seeds));
            add(0, gradients(x, down, decoder.embeddingMatrices()), order);
        }
    }

    /** From the vectors to what goes into the last layer. */
    private NDArray lastBackward(NDArray gradient, GradientOrder order) {
        NDArray x = inputs.get(last());
        List<NDArray> leaves = new ArrayList<>(decoder.lastMatrices());
        leaves.add(0, x);
        NDList back = gradients(vectors, gradient, leaves);
        back.remove(0).close();
        NDArray down = back.remove(0);
        vectors.close();
        x.close();
        add(last() + 1, back, order);
        return down;
    }

    private NDList gradients(NDArray result, NDArray gradient, List<NDArray> leaves) {
        return Torch.withoutGradients(() -> decoder.gradients(scope, result, gradient, leaves));
    }

    private NDArray layerBackward(int i, NDArray gradient, GradientOrder order) {
        NDArray x = inputs.get(i);
        boolean lowest = i == 0 && !decoder.adaptsEmbeddings();
        return Torch.withoutGradients(() -> {
            NDList record = kept.isEmpty() ? again(i, x) : kept.get(i);
            NDList back = decoder.layerBackward(scope, i, gradient, x, batch, record, lowest);
            NDArray down = back.remove(0);
            record.close();
            x.close();
            gradient.close();
            add(i + 1, back, order);
            return down;
        });
    }

    private static void add(int stage, NDList matricesAndGradients, GradientOrder order) {
        order.add(stage, () -> {
            for (int i = 0; i < matricesAndGradients.size(); i += 2) {
                Torch.backward(matricesAndGradients.get(i), matricesAndGradients.get(i + 1));
            }
        });
        matricesAndGradients.close();
    }

    private NDList again(int i, NDArray x) {
        NDList record = decoder.recordLayer(scope, i, x, rooms.get(0), batch, seeds);
        record.remove(0).close();
        return record;
    }

    @Override
    public void close() {
        scope.close();
    }
}
