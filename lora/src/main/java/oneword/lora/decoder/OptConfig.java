package oneword.lora.decoder;

import java.util.ArrayList;
import java.util.List;
import oneword.lora.adapter.LoraConfig;
import oneword.lora.adapter.TargetModule;

/**
 * What an OPT {@code config.json} says, with transformers' defaults where it is silent (OPTConfig).
 *
 * @param vocabSize rows of the token table
 * @param hiddenSize width of the layers
 * @param embeddingSize {@code word_embed_proj_dim}: width of the token table and of the vectors that come out
 * @param ffnSize width between fc1 and fc2
 * @param layers {@code num_hidden_layers}
 * @param heads {@code num_attention_heads}
 * @param maxPositions {@code max_position_embeddings}: longest sequence, in tokens
 * @param padId id that fills rows up; its value never changes a vector
 * @param preNorm {@code do_layer_norm_before}: LayerNorm before each block (all sizes but 350m)
 * @param finalNorm whether a LayerNorm follows the last layer
 * @param bias {@code enable_bias}
 * @param affineNorm {@code layer_norm_elementwise_affine}
 * @param activation relu, gelu or gelu_tanh
 * @param dropout probability after attention and after fc2 while training
 * @param attentionDropout probability on attention weights while training
 */
public record OptConfig(
    int vocabSize,
    int hiddenSize,
    int embeddingSize,
    int ffnSize,
    int layers,
    int heads,
    int maxPositions,
    int padId,
    boolean preNorm,
    boolean finalNorm,
    boolean bias,
    boolean affineNorm,
    String activation,
    double dropout,
    double attentionDropout) implements DecoderConfig {

    /** Reads the keys that matter; anything that this decoder would silently get wrong is refused by name. */
    static OptConfig read(ModelConfig json) {
        json.refuse("layerdrop", 0.0);
        int hidden = json.size("hidden_size", 768, ModelConfig.MOST_WIDTH);
        int heads = json.size("num_attention_heads", 12, ModelConfig.MOST_HEADS);
        if (hidden % heads != 0) {
            throw json.error("num_attention_heads", "hidden_size " + hidden + " is not a multiple of it: " + heads);
        }
        boolean preNorm = json.flag("do_layer_norm_before", true);
        return new OptConfig(
            json.size("vocab_size", 50272, ModelConfig.MOST_TOKENS),
            hidden,
            json.size("word_embed_proj_dim", hidden, ModelConfig.MOST_WIDTH),
            json.size("ffn_dim", 3072, ModelConfig.MOST_WIDTH),
            json.size("num_hidden_layers", 12, ModelConfig.MOST_LAYERS),
            heads,
            json.positive("max_position_embeddings", 2048),
            json.integer("pad_token_id", 1),
            preNorm,
            preNorm && !json.flag("_remove_final_layer_norm", false),
            json.flag("enable_bias", true),
            json.flag("layer_norm_elementwise_affine", true),
            activation(json),
            json.probability("dropout", 0.1),
            json.probability("attention_dropout", 0.0));
    }

    private static String activation(ModelConfig json) {
        String name = json.text("activation_function", "relu");
        return switch (name) {
            case "relu", "gelu" -> name;
            case "gelu_new", "gelu_pytorch_tanh" -> "gelu_tanh";
            default -> throw json.error("activation_function",
                "'" + name + "' is not supported; relu, gelu, gelu_new and gelu_pytorch_tanh are");
        };
    }

    /** Whether linear maps stand between the token table's width and the layers' width, as in opt-350m. */
    public boolean projected() {
        return embeddingSize != hiddenSize;
    }

    @Override
    public int outputWidth() {
        return embeddingSize;
    }

    @Override
    public List<TargetModule> targetModules() {
        List<TargetModule> layer = OptWeights.LINEARS.stream()
            .map(linear -> new TargetModule(linear, linear.equals("fc2") ? ffnSize : hiddenSize,
                linear.equals("fc1") ? ffnSize : hiddenSize))
            .toList();
        List<TargetModule> all = new ArrayList<>();
        if (projected()) {
            all.add(new TargetModule("project_in", embeddingSize, hiddenSize));
        }
        for (int i = 0; i < layers; i++) {
            String prefix = "layers." + i + ".";
            layer.forEach(linear -> all.add(linear.under(prefix)));
        }
        if (projected()) {
            all.add(new TargetModule("project_out", hiddenSize, embeddingSize));
        }
        return List.copyOf(all);
    }

    @Override
    public long frozenParameters() {
        long d = hiddenSize;
        long e = embeddingSize;
        long norm = affineNorm ? 2 * d : 0;
        long linears = 4 * d * d + 2 * d * ffnSize + (bias ? 5 * d + ffnSize : 0);
        return vocabSize * e + (maxPositions + 2L) * d + (projected() ? 2 * d * e : 0)
            + layers * (linears + 2 * norm) + (finalNorm ? norm : 0);
    }

    @Override
    public long keptPerToken(LoraConfig lora) {
        // The result, q, k, v, attention's result and the residual behind it; with the norm last also its input.
        return (preNorm ? 6L : 7L) * hiddenSize + ffnSize + (long) OptWeights.LINEARS.size() * lora.rank();
    }

    @Override
    public boolean drops() {
        return dropout > 0 || attentionDropout > 0;
    }

    @Override
    public OptConfig withDropout(double probability) {
        return new OptConfig(vocabSize, hiddenSize, embeddingSize, ffnSize, layers, heads, maxPositions, padId, preNorm,
            finalNorm, bias, affineNorm, activation, probability, attentionDropout);
    }
}
