package oneword.lora.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import oneword.lora.LoraException;
import oneword.lora.adapter.LoraAdapter;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.kernel.Kernels;

/**
 * A decoder whose stages are methods of one kernel resource; everything that families share.
 *
 * <p>The kernel has the methods {@code embed(ids, positions, w, l)}, {@code layer(x, positions, past, blocks, w, l)},
 * {@code last_layer(x, positions, last, past, blocks, w, l)} and {@code head(x, order, w, l)}, and each once more with
 * {@code _train} behind its name, with dropout and one more tensor before its lists, a seed that all masks come of; and
 * {@code keys_values(x, positions, w, l)}. Gradients go back through
 * {@code layer_record(x, positions, seed, keep, blocks, w, l)}, which is {@code layer_train} and gives a list that
 * begins with the result, most of which it writes to keep, and
 * {@code layer_backward(dy, x, positions, blocks, w, l, r)} or {@code lowest_layer_backward}, below which nothing is
 * trained; r is the rest of that list, and autograd is off. They give what {@link Decoder#layerBackward} says, and
 * {@code gradients(y, dy, l)} what {@link Decoder#gradients} says.
 *
 * <p>{@code w} are the stage's weights as {@link WeightStore} gives them, {@code l} A and B of each linear map that
 * {@link Family} lists, {@code past} a layer's keys and values of a {@link PrefixCache} or two empty arrays, and the
 * rest is a {@link TokenBatch}'s.
 */
abstract class StagedDecoder extends Decoder {

    private final DecoderConfig config;
    private final Precision precision;
    private final WeightStore weights;
    private final Family family;
    private final NDArray absent;
    private final List<NDArray> noPast;
    private final RecordingSpace recordingSpace;
    private Kernels kernels;
    private List<NDArray> embeddingAdapter;
    private List<List<NDArray>> layerAdapters;
    private List<NDArray> headAdapter;

    /**
     * What sets one family apart from others. Linear maps are named by their paths, in the kernel's order.
     *
     * @param kernel resource, beside {@code linear.py}
     * @param attributes of the kernel, but for {@code lora_dropout} and {@code lora_scale}
     * @param embeddingLinears before the first layer; often none
     * @param layerLinears under {@code layers.N.}
     * @param headLinears after the last layer; often none
     */
    record Family(String kernel, Map<String, Object> attributes, List<String> embeddingLinears,
        List<String> layerLinears, List<String> headLinears) {}

    StagedDecoder(
        DecoderConfig config, Family family, WeightStore weights, Precision precision, NDManager manager) {
        super(manager);
        this.config = config;
        this.family = family;
        this.precision = precision;
        this.weights = weights;
        this.absent = manager.create(new Shape(0));
        // Not absent itself: DJL writes a list's name on its arrays, so that one array cannot stand in two lists.
        this.noPast = List.of(manager.create(new Shape(0)), manager.create(new Shape(0)));
        this.recordingSpace = new RecordingSpace(manager, precision);
        adapterChanged();
    }

    @Override
    public final boolean adaptsEmbeddings() {
        return embeddingAdapter.stream().anyMatch(matrix -> matrix != absent);
    }

    @Override
    final void adapterChanged() {
        if (kernels != null) {
            kernels.close();
        }
        LoraConfig lora = adapter().map(LoraAdapter::config).orElse(new LoraConfig(1, 1, 0, List.of()));
        Map<String, Object> attributes = new HashMap<>(family.attributes());
        attributes.put("lora_dropout", lora.dropout());
        attributes.put("lora_scale", lora.scale());
        kernels = Kernels.load(Kernels.class, attributes, manager().getDevice(), "linear.py", family.kernel());
        embeddingAdapter = matrices("", family.embeddingLinears());
        headAdapter = matrices("", family.headLinears());
        layerAdapters = IntStream.range(0, config.layers())
            .mapToObj(i -> matrices("layers." + i + ".", family.layerLinears())).toList();
    }

    private List<NDArray> matrices(String prefix, List<String> linears) {
        List<NDArray> matrices = new ArrayList<>();
        for (String linear : linears) {
            matrices.addAll(adapter().map(adapter -> adapter.matrices(prefix + linear, absent))
                .orElse(List.of(absent, absent)));
        }
        // DJL cannot pass an empty list.
        return linears.isEmpty() ? List.of(absent) : matrices;
    }

    @Override
    public final NDArray embed(NDManager scope, TokenBatch batch, LayerSeeds seeds) {
        if (batch.longest() > config.maxPositions()) {
            throw new LoraException("A row has " + batch.longest() + " tokens, but this model takes "
                + config.maxPositions() + "; shorten it");
        }
        Kernels.Call call = kernels.call(scope, seeds == null ? "embed" : "embed_train")
            .with(batch.ids())
            .with(batch.positions());
        return seeded(scope, call, seeds, 0)
            .list("w", weights.embedding())
            .list("l", embeddingAdapter)
            .tensor();
    }

    @Override
    public final NDArray layer(NDManager scope, int i, NDArray x, TokenBatch batch, LayerSeeds seeds) {
        boolean last = i == config.layers() - 1;
        Kernels.Call call = kernels.call(scope, (last ? "last_layer" : "layer") + (seeds == null ? "" : "_train"));
        call.with(x).with(batch.positions());
        if (last) {
            call.with(batch.last());
        }
        return seeded(scope, call, seeds, i + 1)
            .list("past", batch.past() == null ? noPast : batch.past().layers().get(i))
            .list("blocks", batch.blocks())
            .list("w", weights.layer(i))
            .list("l", layerAdapters.get(i))
            .tensor();
    }

    /** Adds the seed of a stage, on the CPU, where the kernel's method takes one. */
    private static Kernels.Call seeded(NDManager scope, Kernels.Call call, LayerSeeds seeds, int stage) {
        return seeds == null ? call : call.number(scope, seeds.seed(stage));
    }

    @Override
    final RecordingSpace recordingSpace() {
        return recordingSpace;
    }

    @Override
    final NDList recordLayer(NDManager scope, int i, NDArray x, NDArray room, TokenBatch batch, LayerSeeds seeds) {
        return seeded(scope, kernels.call(scope, "layer_record").with(x).with(batch.positions()), seeds, i + 1)
            .with(room)
            .list("blocks", batch.blocks())
            .list("w", weights.layer(i))
            .list("l", layerAdapters.get(i))
            .run();
    }

    @Override
    final NDList layerBackward(
        NDManager scope, int i, NDArray gradient, NDArray x, TokenBatch batch, NDList kept, boolean lowest) {
        return kernels.call(scope, lowest ? "lowest_layer_backward" : "layer_backward")
            .with(gradient)
            .with(x)
            .with(batch.positions())
            .list("blocks", batch.blocks())
            .list("w", weights.layer(i))
            .list("l", layerAdapters.get(i))
            .list("r", kept)
            .run();
    }

    @Override
    final NDList gradients(NDManager scope, NDArray result, NDArray gradient, List<NDArray> leaves) {
        return kernels.call(scope, "gradients").with(result).with(gradient).list("l", leaves).run();
    }

    @Override
    final List<NDArray> embeddingMatrices() {
        return embeddingAdapter;
    }

    @Override
    final List<NDArray> lastMatrices() {
        List<NDArray> matrices = new ArrayList<>(layerAdapters.get(config.layers() - 1));
        matrices.addAll(headAdapter);
        return matrices;
    }

    @Override
    final List<NDArray> keysValues(NDManager scope, int i, NDArray x, TokenBatch batch) {
        return kernels.call(scope, "keys_values")
            .with(x)
            .with(batch.positions())
            .list("w", weights.layer(i))
            .list("l", layerAdapters.get(i))
            .run();
    }

    @Override
    public final NDArray head(NDManager scope, NDArray x, TokenBatch batch, LayerSeeds seeds) {
        Kernels.Call call = kernels.call(scope, seeds == null ? "head" : "head_train").with(x).with(batch.order());
        return seeded(scope, call, seeds, config.layers() + 1)
            .list("w", weights.head())
            .list("l", headAdapter)
            .tensor();
    }

    @Override
    public final DecoderConfig config() {
        return config;
    }

    @Override
    public final Precision precision() {
        return precision;
    }

    @Override
    public final void close() {
        kernels.close();
        super.close();
    }
}
