package oneword.lora.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import oneword.lora.adapter.LoraAdapter;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.adapter.PeftFiles;
import oneword.lora.kernel.Lanes;
import oneword.lora.kernel.Torch;

/**
 * A frozen language model with an optional adapter, from token ids to the hidden state of each row's last real token.
 *
 * <p>It is a DJL block: its parameters are the adapter's matrices, its inputs right-padded int32 ids [n, s] and int64
 * lengths [n], its output [n, d] in fp32. Attention is causal, so neither padding nor order nor batch changes a vector.
 * There is no language-model head; the last layer is computed for the last token alone.
 *
 * <p>Stages can be run one by one (embeddings, layers, head): a caller may keep only what stands at their borders.
 * Passes may run on the threads of {@link #lanes}; all else is for one thread.
 */
public abstract class Decoder extends AbstractBlock implements AutoCloseable {

    private final NDManager manager;
    private Lanes lanes;
    private LoraAdapter adapter;
    private long blockPasses;

    /** For families; the decoder owns the manager and closes it. */
    Decoder(NDManager manager) {
        this.manager = manager;
        this.lanes = Lanes.on(manager.getDevice());
    }

    /** Sizes of the model. */
    public abstract DecoderConfig config();

    /** Type of the frozen weights. */
    public abstract Precision precision();

    /** Runs the stage before the first layer; gives [t, hidden]. Seeds are null where dropout is off. */
    public abstract NDArray embed(NDManager scope, TokenBatch batch, LayerSeeds seeds);

    /** Runs layer i; gives [t, hidden], for the last layer [n, hidden] in the order of the blocks. */
    public abstract NDArray layer(NDManager scope, int i, NDArray x, TokenBatch batch, LayerSeeds seeds);

    /** The memory of recordings that keep what their layers make. */
    abstract RecordingSpace recordingSpace();

    /**
     * Runs layer i, not the last, dropout on.
     *
     * @param room for what is kept, at least {@link DecoderConfig#keptPerToken} numbers a row of x
     * @return [t, hidden] and, behind it, what {@link #layerBackward} needs; much of either lies in the room
     */
    abstract NDList recordLayer(
        NDManager scope, int i, NDArray x, NDArray room, TokenBatch batch, LayerSeeds seeds);

    /**
     * Carries gradients through layer i.
     *
     * @param gradient of the loss with respect to the layer's result [t, hidden]
     * @param x what went into the layer
     * @param kept what {@link #recordLayer} gave behind the result
     * @param lowest whether nothing below the layer is trained; the result is then of no use
     * @return gradient with respect to x and, behind it, each matrix of the layer's adapters and its gradient in turn
     */
    abstract NDList layerBackward(
        NDManager scope, int i, NDArray gradient, NDArray x, TokenBatch batch, NDList kept, boolean lowest);

    /**
     * Carries gradients back through what autograd has recorded.
     *
     * @param result recorded, in the compute type or fp32
     * @param gradient of the loss with respect to it, same shape and type
     * @param leaves arrays that it was computed from; empty ones are passed over
     * @return each leaf and its gradient in turn
     */
    abstract NDList gradients(NDManager scope, NDArray result, NDArray gradient, List<NDArray> leaves);

    /** The adapter's matrices before the first layer; empty arrays where there is none. */
    abstract List<NDArray> embeddingMatrices();

    /** The adapter's matrices from the last layer on; empty arrays where there is none. */
    abstract List<NDArray> lastMatrices();

    /** Runs the stage after the last layer; gives fp32 [n, d] in the caller's order. */
    public abstract NDArray head(NDManager scope, NDArray x, TokenBatch batch, LayerSeeds seeds);

    /** Gives the keys and values that rows [t, hidden] have in layer i, dropout off. */
    abstract List<NDArray> keysValues(NDManager scope, int i, NDArray x, TokenBatch batch);

    /** Whether an adapter stands before the first layer, so that gradients must reach it. */
    public abstract boolean adaptsEmbeddings();

    /** What stands before a module's path in PEFT's key names: over the causal model, then over the bare one. */
    abstract List<String> adapterLayouts();

    /** Takes the adapter's matrices and scale into the family's kernel arguments. */
    abstract void adapterChanged();

    /** Puts other lanes in place of the device's; the decoder closes them. */
    public final void runOn(Lanes other) {
        lanes.close();
        lanes = other;
    }

    /** Where passes may run side by side that drop nothing. */
    public final Lanes lanes() {
        return lanes;
    }

    /** The same for passes that train: a single lane where attention is dropped, whose masks have one generator. */
    public final Lanes trainingLanes() {
        return config().attentionDropout() == 0 ? lanes : Lanes.single();
    }

    /**
     * Runs all stages.
     *
     * @param scope owns the result and everything on the way
     * @param batch ids as they are laid out
     * @param seeds of the dropout masks, or null where dropout is off
     * @return fp32 [n, d]
     */
    public final NDArray encode(NDManager scope, TokenBatch batch, LayerSeeds seeds) {
        NDArray x = embed(scope, batch, seeds);
        for (int i = 0; i < config().layers(); i++) {
            x = replace(x, layer(scope, i, x, batch, seeds));
        }
        return replace(x, head(scope, x, batch, seeds));
    }

    /**
     * Runs all stages, dropout on, so that gradients can go back.
     *
     * @param scope what is kept lives as long, or until the recording is closed
     * @param batch ids as they are laid out; it must live as long
     * @param seeds of the dropout masks
     * @param bordersOnly keeps only what stands at the borders of layers, and runs each again on the way back
     */
    public final Recording record(NDManager scope, TokenBatch batch, LayerSeeds seeds, boolean bordersOnly) {
        return Recording.of(this, scope, batch, seeds, bordersOnly);
    }

    /** Frees the memory that recordings, all of them closed, have left for the next ones. */
    public final void freeRecordings() {
        recordingSpace().release();
    }

    /**
     * Computes tokens that many batches' sentences begin with, once, without graph or dropout.
     *
     * @param scope owns the result
     * @param ids of the tokens, at least one
     * @return for {@link TokenBatch#behind}
     */
    public final PrefixCache prefix(NDManager scope, int[] ids) {
        List<List<NDArray>> layers = new ArrayList<>();
        try (NDManager inner = scope.newSubManager()) {
            TokenBatch batch = TokenBatch.of(inner, ids, new int[] {ids.length}, ids.length, false);
            Torch.withoutGradients(() -> {
                NDArray x = embed(inner, batch, null);
                for (int i = 0; i < config().layers(); i++) {
                    layers.add(keysValues(scope, i, x, batch));
                    if (i < config().layers() - 1) {
                        x = replace(x, layer(inner, i, x, batch, null));
                    }
                }
                return layers;
            });
        }
        return new PrefixCache(ids.length, List.copyOf(layers));
    }

    /** Lets go of a stage's input: its memory is free at once, save what a graph keeps of it. */
    private static NDArray replace(NDArray input, NDArray output) {
        input.close();
        return output;
    }

    /**
     * Puts a fresh adapter on the model.
     *
     * @param config rank, scale, dropout and targets
     * @param seed of its start
     * @throws IllegalStateException where the model has one already
     */
    public final LoraAdapter addAdapter(LoraConfig config, long seed) {
        return put(() -> LoraAdapter.create(manager, config, config().targetModules(), seed));
    }

    /**
     * Puts an adapter from PEFT's files on the model.
     *
     * @param folder holds adapter_config.json and adapter_model.safetensors
     * @param dropout on the adapter's input while training, in place of what the file says
     * @throws oneword.lora.LoraException where the files are damaged or made for another model
     * @throws IllegalStateException where the model has one already
     */
    public final LoraAdapter loadAdapter(Path folder, double dropout) {
        return put(() -> PeftFiles.read(manager, folder, dropout, adapterLayouts(), config().targetModules()));
    }

    /**
     * Writes the adapter's {@code adapter_model.safetensors}, with the names it has over the causal language model.
     *
     * @param out receives the file
     * @throws IllegalStateException where there is no adapter
     */
    public final void writeAdapter(WritableByteChannel out) throws IOException {
        if (adapter == null) {
            throw new IllegalStateException("The model carries no adapter");
        }
        PeftFiles.writeWeights(adapter, adapterLayouts().get(0), out);
    }

    private LoraAdapter put(Supplier<LoraAdapter> source) {
        if (adapter != null) {
            throw new IllegalStateException("The model already carries an adapter");
        }
        adapter = source.get();
        adapter.parameters().forEach(this::addParameter);
        adapterChanged();
        return adapter;
    }

    /** The adapter, if there is one. */
    public final Optional<LoraAdapter> adapter() {
        return Optional.ofNullable(adapter);
    }

    /** Manager that lives as long as the model. */
    public final NDManager manager() {
        return manager;
    }

    @Override
    protected final NDList forwardInternal(
        ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
        NDManager scope = inputs.get(0).getManager();
        NDArray ids = inputs.get(0);
        int[] lengths = Arrays.stream(inputs.get(1).toLongArray()).mapToInt(Math::toIntExact).toArray();
        TokenBatch batch = TokenBatch.of(
            scope, ids.toIntArray(), lengths, Math.toIntExact(ids.getShape().get(1)), !training);
        LayerSeeds seeds = training ? LayerSeeds.of(0, blockPasses++, 0) : null;
        return new NDList(encode(scope, batch, seeds));
    }

    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), config().outputWidth())};
    }

    @Override
    public void close() {
        lanes.close();
        manager.close();
    }
}
