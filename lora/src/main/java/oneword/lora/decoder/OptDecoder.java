package oneword.lora.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import oneword.lora.checkpoint.WeightSource;

/**
 * OPT, all sizes: LayerNorm before the blocks, or behind them with projections around the layers as in opt-350m.
 *
 * <p>Kernel: {@code opt.py}. Reference: transformers' OPTModel, eager attention.
 */
final class OptDecoder extends StagedDecoder {

    private OptDecoder(OptConfig config, WeightStore weights, Precision precision, NDManager manager) {
        super(config, family(config), weights, precision, manager);
    }

    private static Family family(OptConfig config) {
        return new Family("opt.py", Map.of(
            "heads", config.heads(),
            "pre_norm", config.preNorm(),
            "final_norm", config.finalNorm(),
            "projected", config.projected(),
            "activation", config.activation(),
            "dropout", config.dropout(),
            "attention_dropout", config.attentionDropout()),
            List.of("project_in"), OptWeights.LINEARS, List.of("project_out"));
    }

    /** Reads the weights of a folder into the compute type. */
    static Decoder load(OptConfig config, WeightSource source, Precision precision, Device device) {
        return WeightLoader.load(source, precision, device, OptWeights.ANCHOR, OptWeights.PREFIXES, loader ->
            new OptDecoder(config, OptWeights.load(config, loader), precision, loader.owner()));
    }

    @Override
    List<String> adapterLayouts() {
        return List.of("model.decoder.", "decoder.");
    }
}
