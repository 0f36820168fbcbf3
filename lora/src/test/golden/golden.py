"""What the generators of this folder share: where the golden files lie, how they are written, how one sentence is embedded."""

import json
import os
import warnings
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from transformers.utils import logging

GOLDEN = Path(__file__).resolve().parents[1] / "resources" / "golden"

warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
logging.set_verbosity_error()
logging.disable_progress_bar()
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


def write_json(path, value):
    """Writes JSON with one list of numbers a line, so that a changed sentence is one changed line."""

    def render(node, indent):
        inner = indent + "  "
        if isinstance(node, dict) and node:
            body = [f"{inner}{json.dumps(key)}: {render(item, inner)}" for key, item in node.items()]
            return "{\n" + ",\n".join(body) + f"\n{indent}}}"
        if isinstance(node, list) and any(isinstance(item, (dict, list)) for item in node):
            return "[\n" + ",\n".join(inner + render(item, inner) for item in node) + f"\n{indent}]"
        return json.dumps(node)

    path.write_text(render(value, "") + "\n", encoding="utf-8")


def noise(parameters, generator, scale):
    """Fills every parameter with N(0, scale), the weights of norms with 1 + N(0, scale)."""
    with torch.no_grad():
        for name, parameter in parameters:
            parameter.normal_(0.0, scale, generator=generator)
            if "norm" in name and name.endswith(".weight"):
                parameter.add_(1.0)


def sentence(generator, length, vocabulary):
    """`</s>` (id 2) and length - 1 random ids; never the pad id 1, since padding is no part of a sentence."""
    ids = torch.randint(3, vocabulary, (length,), generator=generator)
    ids[0] = 2
    return ids.tolist()


def embed(decoder, ids):
    """The last hidden state of the last token of one sentence that stands alone: batch of 1, no padding. [d_out]"""
    return decoder(input_ids=torch.tensor([ids])).last_hidden_state[0, -1]


def relative_difference(actual, expected):
    """The largest absolute difference over the largest absolute value expected."""
    return float((actual.double() - expected.double()).abs().max() / expected.double().abs().max().clamp_min(1e-30))
