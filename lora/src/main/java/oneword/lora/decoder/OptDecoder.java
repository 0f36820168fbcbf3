package oneword.lora.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import oneword.lora.adapter.LoraAdapter;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.checkpoint.WeightSource;
import oneword.lora.kernel.Kernels;
import oneword.lora.kernel.Torch;

/**
 * OPT, all sizes: LayerNorm before the blocks, or behind them with projections around the layers as in opt-350m.
 *
 * <p>Kernel: {@code opt.py}. Reference: transformers' OPTModel, eager attention.
 */
final class OptDecoder extends Decoder {

    private final OptConfig config;
    private final Precision precision;
    private final WeightStore weights;
    private final NDArray absent;
    private final List<NDArray> noPast;
    private Kernels kernels;
    private List<NDArray> embeddingAdapter;
    private List<List<NDArray>> layerAdapters;
    private List<NDArray> headAdapter;

    OptDecoder(OptConfig config, WeightStore weights, Precision precision, NDManager manager) {
        super(manager);
        this.config = config;
        this.precision = precision;
        this.weights = weights;
        this.absent = manager.create(new Shape(0));
        // An array can be in one list of a call only: DJL writes the list's name on it.
        NDArray empty = manager.create(new Shape(0));
        this.noPast = List.of(empty, empty);
        adapterChanged();
    }

    /** Reads the weights of a folder into the compute type. */
    static OptDecoder load(OptConfig config, WeightSource source, Precision precision, Device device) {
        NDManager manager = Torch.newManager(device);
        boolean loaded = false;
        try (WeightLoader loader = new WeightLoader(source, manager, precision,
            "embed_tokens.weight", "model.decoder.", "decoder.", "")) {
            OptDecoder decoder = new OptDecoder(config, OptWeights.load(config, loader), precision, manager);
            loaded = true;
            return decoder;
        } finally {
            if (!loaded) {
                manager.close();
            }
        }
    }

    @Override
    public boolean adaptsEmbeddings() {
        return embeddingAdapter.get(0) != absent;
    }

    @Override
    List<String> adapterLayouts() {
        return List.of("model.decoder.", "decoder.");
    }

    @Override
    void adapterChanged() {
        if (kernels != null) {
            kernels.close();
        }
        LoraConfig lora = adapter().map(LoraAdapter::config).orElse(new LoraConfig(1, 1, 0, List.of()));
        kernels = Kernels.load(Kernels.class, Map.of(
            "heads", config.heads(),
            "pre_norm", config.preNorm(),
            "final_norm", config.finalNorm(),
            "projected", config.projected(),
            "activation", config.activation(),
            "dropout", config.dropout(),
            "attention_dropout", config.attentionDropout(),
            "lora_dropout", lora.dropout(),
            "lora_scale", lora.scale()), manager().getDevice(), "linear.py", "opt.py");
        embeddingAdapter = matrices("project_in");
        headAdapter = matrices("project_out");
        layerAdapters = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            List<NDArray> layer = new ArrayList<>();
            for (String path : OptWeights.LINEARS) {
                layer.addAll(matrices("layers." + i + "." + path));
            }
            layerAdapters.add(layer);
        }
    }

    private List<NDArray> matrices(String path) {
        return adapter().map(adapter -> adapter.matrices(path, absent)).orElse(List.of(absent, absent));
    }

    @Override
    public NDArray embed(NDManager scope, TokenBatch batch, LayerSeeds seeds) {
        seed(seeds, 0);
        return kernels.call(scope, seeds == null ? "embed" : "embed_train")
            .with(batch.ids())
            .with(batch.positions())
            .list("w", weights.embedding())
            .list("l", embeddingAdapter)
            .tensor();
    }

    @Override
    public NDArray layer(NDManager scope, int i, NDArray x, TokenBatch batch, LayerSeeds seeds) {
        seed(seeds, i + 1);
        boolean last = i == config.layers() - 1;
        Kernels.Call call = kernels.call(scope, (last ? "last_layer" : "layer") + (seeds == null ? "" : "_train"));
        call.with(x);
        if (last) {
            call.with(batch.last());
        }
        return call
            .list("past", batch.past() == null ? noPast : batch.past().layers().get(i))
            .list("blocks", batch.blocks())
            .list("w", weights.layer(i))
            .list("l", layerAdapters.get(i))
            .tensor();
    }

    @Override
    List<NDArray> keysValues(NDManager scope, int i, NDArray x) {
        return kernels.call(scope, "keys_values")
            .with(x)
            .list("w", weights.layer(i))
            .list("l", layerAdapters.get(i))
            .run();
    }

    @Override
    public NDArray head(NDManager scope, NDArray x, TokenBatch batch, LayerSeeds seeds) {
        seed(seeds, config.layers() + 1);
        return kernels.call(scope, seeds == null ? "head" : "head_train")
            .with(x)
            .with(batch.order())
            .list("w", weights.head())
            .list("l", headAdapter)
            .tensor();
    }

    @Override
    public OptConfig config() {
        return config;
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public void close() {
        kernels.close();
        super.close();
    }
}
