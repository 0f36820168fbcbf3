"""The shapes of OPT's sizes (arXiv 2205.01068, table 1), as their config.json has them."""


def opt(hidden, layers, heads, **more):
    return {"model_type": "opt", "hidden_size": hidden, "ffn_dim": 4 * hidden, "num_hidden_layers": layers,
            "num_attention_heads": heads, "word_embed_proj_dim": hidden, "vocab_size": 50272,
            "max_position_embeddings": 2048, "do_layer_norm_before": True, **more}


SHAPES = {
    "opt-125m": opt(768, 12, 12),
    "opt-350m": opt(1024, 24, 16, word_embed_proj_dim=512, do_layer_norm_before=False),
    "opt-1.3b": opt(2048, 24, 32),
    "opt-2.7b": opt(2560, 32, 32),
    "opt-6.7b": opt(4096, 32, 32),
    "opt-13b": opt(5120, 40, 40),
    "opt-30b": opt(7168, 48, 56),
    "opt-66b": opt(9216, 64, 72),
}
