package oneword.lora.decoder;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Names, shapes and order of OPT's weights.
 *
 * <p>Under the prefix {@code model.decoder.}: {@code embed_tokens}, {@code embed_positions}, {@code project_in},
 * {@code layers.N.…}, {@code final_layer_norm}, {@code project_out}. Biases and norms that the configuration leaves out
 * are filled with the neutral constant, which changes no result.
 */
final class OptWeights {

    /** A tensor that every file has, without prefix. */
    static final String ANCHOR = "embed_tokens.weight";
    /** What stands before the names: over the causal model, over the bare one, over its decoder. */
    static final List<String> PREFIXES = List.of("model.decoder.", "decoder.", "");
    /** Linear maps of a layer, in the kernel's order. */
    static final List<String> LINEARS = List.of(
        "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "fc1", "fc2");

    private OptWeights() {}

    static WeightStore load(OptConfig config, WeightLoader loader) {
        List<List<NDArray>> layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            layers.add(layer(config, loader, "layers." + i + "."));
        }
        return new ResidentWeights(embedding(config, loader), layers, head(config, loader));
    }

    private static List<NDArray> embedding(OptConfig config, WeightLoader loader) {
        long d = config.hiddenSize();
        long e = config.embeddingSize();
        List<NDArray> weights = new ArrayList<>();
        weights.add(loader.load("embed_tokens.weight", config.vocabSize(), e));
        weights.add(loader.load("embed_positions.weight", config.maxPositions() + 2L, d));
        if (config.projected()) {
            weights.add(loader.load("project_in.weight", d, e));
            weights.add(loader.zeros(d));
        }
        return weights;
    }

    private static List<NDArray> layer(OptConfig config, WeightLoader loader, String layer) {
        long d = config.hiddenSize();
        long f = config.ffnSize();
        List<NDArray> weights = new ArrayList<>(16);
        norm(config, loader, layer + "self_attn_layer_norm", weights);
        for (String linear : LINEARS.subList(0, 4)) {
            linear(config, loader, layer + linear, d, d, weights);
        }
        norm(config, loader, layer + "final_layer_norm", weights);
        linear(config, loader, layer + "fc1", f, d, weights);
        linear(config, loader, layer + "fc2", d, f, weights);
        return List.copyOf(weights);
    }

    private static List<NDArray> head(OptConfig config, WeightLoader loader) {
        long d = config.hiddenSize();
        List<NDArray> weights = new ArrayList<>();
        if (config.finalNorm()) {
            norm(config, loader, "final_layer_norm", weights);
        } else {
            weights.add(loader.ones(d));
            weights.add(loader.zeros(d));
        }
        if (config.projected()) {
            weights.add(loader.load("project_out.weight", config.embeddingSize(), d));
            weights.add(loader.zeros(config.embeddingSize()));
        }
        return weights;
    }

    private static void norm(OptConfig config, WeightLoader loader, String name, List<NDArray> weights) {
        long d = config.hiddenSize();
        weights.add(config.affineNorm() ? loader.load(name + ".weight", d) : loader.ones(d));
        weights.add(config.affineNorm() ? loader.load(name + ".bias", d) : loader.zeros(d));
    }

    private static void linear(
        OptConfig config, WeightLoader loader, String name, long outputs, long inputs, List<NDArray> weights) {
        weights.add(loader.load(name + ".weight", outputs, inputs));
        weights.add(config.bias() ? loader.load(name + ".bias", outputs) : loader.zeros(outputs));
    }
}
