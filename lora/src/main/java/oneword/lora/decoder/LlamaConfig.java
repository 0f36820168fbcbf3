package oneword.lora.decoder;

import java.util.ArrayList;
import java.util.List;
import oneword.lora.LoraException;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.adapter.TargetModule;

/**
 * What a LLaMA or Mistral {@code config.json} says, with transformers' defaults where it is silent (LlamaConfig,
 * MistralConfig).
 *
 * @param modelType {@code model_type}: llama or mistral
 * @param vocabSize rows of the token table
 * @param hiddenSize width of the layers and of the vectors that come out
 * @param ffnSize {@code intermediate_size}: width between the up and the down projection
 * @param layers {@code num_hidden_layers}
 * @param heads {@code num_attention_heads}
 * @param keyHeads {@code num_key_value_heads}: heads of keys and values, a divisor of heads
 * @param headWidth {@code head_dim}, or hiddenSize / heads
 * @param maxPositions longest sequence, in tokens: {@code max_position_embeddings}, or the sliding window where that is
 *     shorter; up to its length a window changes nothing
 * @param padId id that fills rows up; its value never changes a vector
 * @param epsilon {@code rms_norm_eps}
 * @param rotary the position embedding
 * @param attentionBias whether q, k, v and o have biases; llama only
 * @param mlpBias whether gate, up and down have biases; llama only
 * @param attentionDropout probability on attention weights while training
 */
public record LlamaConfig(
    String modelType,
    int vocabSize,
    int hiddenSize,
    int ffnSize,
    int layers,
    int heads,
    int keyHeads,
    int headWidth,
    int maxPositions,
    int padId,
    double epsilon,
    RotaryConfig rotary,
    boolean attentionBias,
    boolean mlpBias,
    double attentionDropout) implements DecoderConfig {

    /** Reads the keys that matter; anything that this decoder would silently get wrong is refused by name. */
    static LlamaConfig read(ModelConfig json) {
        String type = json.text("model_type", "");
        boolean mistral = type.equals("mistral");
        String activation = json.text("hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw json.error("hidden_act", "'" + activation + "' is not supported; silu is");
        }
        if (json.section("quantization_config").isPresent()) {
            throw json.error("quantization_config", "quantised weights are not supported; use the original model");
        }
        int vocabulary = json.size("vocab_size", 32000, ModelConfig.MOST_TOKENS);
        int hidden = json.size("hidden_size", 4096, ModelConfig.MOST_WIDTH);
        int heads = json.size("num_attention_heads", 32, ModelConfig.MOST_HEADS);
        int keyHeads = json.positive("num_key_value_heads", mistral && !json.names("num_key_value_heads") ? 8 : heads);
        if (heads % keyHeads != 0) {
            throw json.error("num_key_value_heads",
                "num_attention_heads " + heads + " is not a multiple of it: " + keyHeads);
        }
        int positions = json.positive("max_position_embeddings", mistral ? 131072 : 2048);
        return new LlamaConfig(
            type,
            vocabulary,
            hidden,
            json.size("intermediate_size", mistral ? 14336 : 11008, ModelConfig.MOST_WIDTH),
            json.size("num_hidden_layers", 32, ModelConfig.MOST_LAYERS),
            heads,
            keyHeads,
            headWidth(json, hidden, heads),
            mistral ? Math.min(positions, window(json)) : positions,
            padId(json, vocabulary),
            json.positiveNumber("rms_norm_eps", 1e-6),
            RotaryConfig.read(json, positions),
            !mistral && json.flag("attention_bias", false),
            !mistral && json.flag("mlp_bias", false),
            json.probability("attention_dropout", 0.0));
    }

    private static int headWidth(ModelConfig json, int hidden, int heads) {
        int width = json.integer("head_dim", hidden % heads == 0 ? hidden / heads : 0);
        if (width == 0) {
            throw json.error("num_attention_heads", "hidden_size " + hidden + " is not a multiple of it: " + heads
                + "; there must be a head_dim");
        }
        if (width < 0 || width % 2 != 0 || width > ModelConfig.MOST_HEAD_WIDTH) {
            throw json.error("head_dim", "the rotary embedding needs an even, positive width of heads, at most "
                + ModelConfig.MOST_HEAD_WIDTH + ", found " + width);
        }
        return width;
    }

    /** The key's absence means transformers' default, null means no window. */
    private static int window(ModelConfig json) {
        return json.positive("sliding_window", json.names("sliding_window") ? Integer.MAX_VALUE : 4096);
    }

    /** Llama's files often name no pad id, or one that has no row in the token table. */
    private static int padId(ModelConfig json, int vocabulary) {
        int pad = json.firstId("pad_token_id", json.firstId("eos_token_id", 0));
        return pad >= 0 && pad < vocabulary ? pad : 0;
    }

    /** Columns of a layer's linear map, by its path in {@link LlamaWeights#LINEARS}. */
    int inputs(String linear) {
        return switch (linear) {
            case "self_attn.o_proj" -> heads * headWidth;
            case "mlp.down_proj" -> ffnSize;
            default -> hiddenSize;
        };
    }

    /** Rows of a layer's linear map, by its path in {@link LlamaWeights#LINEARS}. */
    int outputs(String linear) {
        return switch (linear) {
            case "self_attn.q_proj" -> heads * headWidth;
            case "self_attn.k_proj", "self_attn.v_proj" -> keyHeads * headWidth;
            case "mlp.gate_proj", "mlp.up_proj" -> ffnSize;
            default -> hiddenSize;
        };
    }

    @Override
    public int outputWidth() {
        return hiddenSize;
    }

    @Override
    public List<TargetModule> targetModules() {
        List<TargetModule> layer = LlamaWeights.LINEARS.stream()
            .map(linear -> new TargetModule(linear, inputs(linear), outputs(linear)))
            .toList();
        List<TargetModule> all = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            String prefix = "layers." + i + ".";
            layer.forEach(linear -> all.add(linear.under(prefix)));
        }
        return List.copyOf(all);
    }

    @Override
    public long frozenParameters() {
        long layer = 2L * hiddenSize;
        for (String linear : LlamaWeights.LINEARS) {
            boolean bias = linear.startsWith("mlp.") ? mlpBias : attentionBias;
            layer += (long) outputs(linear) * inputs(linear) + (bias ? outputs(linear) : 0);
        }
        return (long) vocabSize * hiddenSize + layers * layer + hiddenSize;
    }

    @Override
    public long keptPerToken(LoraConfig lora) {
        // The result and the residual behind attention; q and attention's result; k and v; gate and up.
        return 2L * hiddenSize + 2L * headWidth * (heads + keyHeads) + 2L * ffnSize
            + (long) LlamaWeights.LINEARS.size() * lora.rank();
    }

    @Override
    public boolean drops() {
        return attentionDropout > 0;
    }

    /**
     * {@inheritDoc}
     *
     * <p>These models have no such dropout, in transformers neither: only 0 can be asked for.
     *
     * @throws LoraException where the probability is not 0
     */
    @Override
    public LlamaConfig withDropout(double probability) {
        if (probability != 0) {
            throw new LoraException("training.model_dropout: " + modelType + " models have no dropout after attention "
                + "and feed-forward blocks, so it cannot be " + probability + "; leave the key out or set it to 0. "
                + "lora.dropout and attention_dropout in the model's config.json work");
        }
        return this;
    }
}
