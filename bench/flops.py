"""The arithmetic that a training step needs, from a model's config.json: what the scripts of this folder reckon utilisation with.

A frozen weight is used twice a token, forward and for the gradient of its input: 4 FLOPs. A weight of the adapter is used thrice: 6.
Attention is two products forward and four back over the causal half. Token tables are looked up, not multiplied. What is computed again
(gradient caching) or left out (the last layer's other tokens, shared prefixes) changes nothing here: it is the same for every program.
What oneword does compute is `executed`.
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
    return cost_of(json.loads((Path(model) / "config.json").read_text()), rank)


def cost_of(config, rank):
    """Cost of a model by its configuration."""
    layer, outside = linears(config)
    maps = layer * config["num_hidden_layers"] + outside
    return Cost(weights(maps), adapter(maps, rank), 6 * config["num_hidden_layers"] * attention_width(config))


def weights(maps):
    return sum(i * o for i, o in maps)


def adapter(maps, rank):
    return sum(rank * (i + o) for i, o in maps)


def attention_width(config):
    heads = config["num_attention_heads"]
    return heads * (config.get("head_dim") or config["hidden_size"] // heads)


def maps_executed(maps, rank, passes, down=True):
    """FLOPs of a token in linear maps; down: whether their input needs a gradient."""
    frozen, low = weights(maps), adapter(maps, rank)
    into = frozen + sum(rank * i for i, _ in maps)
    return passes * 2 * (frozen + low) + 2 * low + 2 * sum(rank * o for _, o in maps) + (2 * into if down else 0)


def executed(config, rank, length, prefix=0, sentences=1, passes=1, device="cpu"):
    """FLOPs that oneword computes in a training step for one sentence of so many tokens, padding and the loss left out.

    The last layer's queries, feed-forward maps and what follows are computed for the last token alone; nothing below the lowest
    adapter has a gradient; and the first `prefix` tokens are computed once for so many sentences. On a GPU attention is computed forward
    once more in all layers but the last. passes: forward passes, 1 where what gradients need of a batch is kept, 2 where a micro-batch
    is computed again, 3 where a layer is.
    """
    layer, outside = linears(config)
    layers = config["num_hidden_layers"]
    qkv, keys, rest = layer[:3], layer[1:3], layer[3:]
    rows = length - prefix + prefix / sentences
    whole = maps_executed(layer, rank, passes)
    first = maps_executed(qkv, rank, passes, down=bool(outside)) + maps_executed(rest, rank, passes)
    last = rows * maps_executed(keys, rank, passes) + maps_executed(layer[:1] + rest, rank, passes)
    around = (rows * maps_executed(outside[:1], rank, passes, down=False) + maps_executed(outside[1:], rank, passes)
              if outside else 0)
    seen = (length**2 - prefix**2 + prefix**2 / sentences) / 2
    again = 0 if device == "cpu" else 1
    attention = 4 * attention_width(config) * ((passes + again + 2) * (layers - 1) * seen + (passes + 2) * length)
    return rows * (whole * (layers - 2) + first) + last + around + attention


def executed_embedding(config, length):
    """FLOPs of a forward pass for one sentence, without adapter or shared prefix."""
    layer, outside = linears(config)
    layers = config["num_hidden_layers"]
    return (2 * (length * (weights(layer) * (layers - 1) + weights(layer[1:3]) + weights(outside[:1]))
                 + weights(layer[:1] + layer[3:] + outside[1:]))
            + 4 * attention_width(config) * ((layers - 1) * length**2 / 2 + length))
