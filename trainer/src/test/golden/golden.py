"""What the generators of this folder share: where the golden files lie and how they are written."""

import json
import math
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
    """Writes JSON with one list of numbers a line; NaN becomes null."""

    def render(node, indent):
        inner = indent + "  "
        if isinstance(node, dict) and node:
            body = [f"{inner}{json.dumps(key)}: {render(item, inner)}" for key, item in node.items()]
            return "{\n" + ",\n".join(body) + f"\n{indent}}}"
        if isinstance(node, list) and any(isinstance(item, (dict, list)) for item in node):
            return "[\n" + ",\n".join(inner + render(item, inner) for item in node) + f"\n{indent}]"
        if isinstance(node, float) and math.isnan(node):
            return "null"
        return json.dumps(node, allow_nan=False)

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(value, "") + "\n", encoding="utf-8")


def infonce(z1, z2, z3, negative_rows, temperature, weight):
    """InfoNCE with in-batch negatives, as PromptEOL and SimCSE compute it.

    z1, z2: [B, d]; z3: [K, d] or None; negative_rows: [K], the row of z1 that owns each hard negative. The logits are
    cosine(z1, [z2 | z3]) / temperature, [B, B + K]; weight is added at (negative_rows[k], B + k); the target of row i is column i.
    """
    columns = z2 if z3 is None else torch.cat([z2, z3])
    logits = torch.nn.functional.cosine_similarity(z1[:, None], columns[None], dim=-1) / temperature
    if z3 is not None and weight != 0:
        own = torch.zeros_like(logits)
        own[torch.tensor(negative_rows), len(z2) + torch.arange(len(z3))] = weight
        logits = logits + own
    return torch.nn.functional.cross_entropy(logits, torch.arange(len(z1)))
