"""The arithmetic that a training step needs, from a model's config.json: what the scripts of this folder reckon utilisation with.

A frozen weight is used twice a token, forward and for the gradient of its input: 4 FLOPs. A weight of the adapter is used thrice: 6.
Attention is two products forward and four back over the causal half. Token tables are looked up, not multiplied. What is computed again
(gradient caching) or left out (the last layer's other tokens, shared prefixes) changes nothing here: it is the same for every program.
"""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Cost:
    """frozen, adapter: weights of the linear maps; attention: FLOPs of a step for each token and each token of its sentence."""

    frozen: int
    adapter: int
    attention: int

    def training(self, tokens, mean_length):
        """FLOPs of a step over so many real tokens, in sentences of that mean length."""
        return tokens * (4 * self.frozen + 6 * self.adapter + self.attention * mean_length)

    def embedding(self, tokens, mean_length):
        """FLOPs of a forward pass without adapter."""
        return tokens * (2 * self.frozen + self.attention * mean_length / 3)


def linears(config):
    """[(inputs, outputs)] of one layer, and of the projections beside the layers."""
    hidden = config["hidden_size"]
    if config["model_type"] == "opt":
        ffn = config["ffn_dim"]
        width = config.get("word_embed_proj_dim", hidden)
        outside = [(width, hidden), (hidden, width)] if width != hidden else []
        return [(hidden, hidden)] * 4 + [(hidden, ffn), (ffn, hidden)], outside
    heads = config["num_attention_heads"]
    head = config.get("head_dim") or hidden // heads
    keys = head * config.get("num_key_value_heads", heads)
    ffn = config["intermediate_size"]
    return [(hidden, head * heads), (hidden, keys), (hidden, keys), (head * heads, hidden),
            (hidden, ffn), (hidden, ffn), (ffn, hidden)], []


def cost(model, rank):
    """Cost of the model in a folder, with LoRA on all of its linear maps."""
    config = json.loads((Path(model) / "config.json").read_text())
    layer, outside = linears(config)
    layers = config["num_hidden_layers"]
    maps = layer * layers + outside
    heads = config["num_attention_heads"]
    width = heads * (config.get("head_dim") or config["hidden_size"] // heads)
    return Cost(sum(i * o for i, o in maps), sum(rank * (i + o) for i, o in maps), 6 * layers * width)
