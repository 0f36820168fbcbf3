package oneword.lora.decoder;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Names, shapes and order of LLaMA's and Mistral's weights.
 *
 * <p>Under the prefix {@code model.}: {@code embed_tokens}, {@code layers.N.…}, {@code norm}. The head, tied or not, is
 * not read. Biases that the configuration leaves out are zeros, which change no result. The last tensor of each layer
 * is no weight of the file but the rotary embedding's inverse frequencies, one tensor for all layers.
 */
final class LlamaWeights {

    /** A tensor that every file has, without prefix. */
    static final String ANCHOR = "embed_tokens.weight";
    /** What stands before the names: over the causal model, over the bare one. */
    static final List<String> PREFIXES = List.of("model.", "");
    /** Linear maps of a layer, in the kernel's order. */
    static final List<String> LINEARS = List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
        "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj");

    private LlamaWeights() {}

    static WeightStore load(LlamaConfig config, WeightLoader loader) {
        long d = config.hiddenSize();
        NDArray frequencies = loader.owner().create(config.rotary().frequencies(config.headWidth()));
        List<List<NDArray>> layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            layers.add(layer(config, loader, "layers." + i + ".", frequencies));
        }
        return new ResidentWeights(List.of(loader.load(ANCHOR, config.vocabSize(), d)), layers,
            List.of(loader.load("norm.weight", d)));
    }

    private static List<NDArray> layer(LlamaConfig config, WeightLoader loader, String layer, NDArray frequencies) {
        List<NDArray> weights = new ArrayList<>(17);
        weights.add(loader.load(layer + "input_layernorm.weight", config.hiddenSize()));
        for (String linear : LINEARS.subList(0, 4)) {
            linear(config, loader, layer, linear, config.attentionBias(), weights);
        }
        weights.add(loader.load(layer + "post_attention_layernorm.weight", config.hiddenSize()));
        for (String linear : LINEARS.subList(4, 7)) {
            linear(config, loader, layer, linear, config.mlpBias(), weights);
        }
        weights.add(frequencies);
        return weights;
    }

    private static void linear(LlamaConfig config, WeightLoader loader, String layer, String linear, boolean bias,
        List<NDArray> weights) {
        long outputs = config.outputs(linear);
        weights.add(loader.load(layer + linear + ".weight", outputs, config.inputs(linear)));
        weights.add(bias ? loader.load(layer + linear + ".bias", outputs) : loader.zeros(outputs));
    }
}
