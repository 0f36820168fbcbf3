package oneword.lora.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import oneword.lora.checkpoint.WeightSource;

/**
 * LLaMA and Mistral: RMSNorm, rotary positions, grouped-query attention, SwiGLU.
 *
 * <p>Kernel: {@code llama.py}. Reference: transformers' LlamaModel and MistralModel, eager attention.
 */
final class LlamaDecoder extends StagedDecoder {

    private LlamaDecoder(LlamaConfig config, WeightStore weights, Precision precision, NDManager manager) {
        super(config, family(config), weights, precision, manager);
    }

    private static Family family(LlamaConfig config) {
        return new Family("llama.py", Map.of(
            "heads", config.heads(),
            "key_heads", config.keyHeads(),
            "epsilon", config.epsilon(),
            "attention_dropout", config.attentionDropout()),
            List.of(), LlamaWeights.LINEARS, List.of());
    }

    /** Reads the weights of a folder into the compute type. */
    static Decoder load(LlamaConfig config, WeightSource source, Precision precision, Device device) {
        return WeightLoader.load(source, precision, device, LlamaWeights.ANCHOR, LlamaWeights.PREFIXES, loader ->
            new LlamaDecoder(config, LlamaWeights.load(config, loader), precision, loader.owner()));
    }

    @Override
    List<String> adapterLayouts() {
        return LlamaWeights.PREFIXES;
    }
}
