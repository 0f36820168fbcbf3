"""Checks what cost_model.py says a layer's graph keeps against what torch's autograd keeps of oneword's OPT kernel.

python bench/kept_tensors.py

Runs the kernel's layer in bf16 on a CPU, on 80 random sentences of 23 tokens, and adds up the saved tensors' storages, weights,
parameters and the adapter's casts left out. Prints bytes a row, counted and kept; exit 1 where they differ by more than 1 %.
"""

import struct
import sys
import tempfile
import zipfile
from pathlib import Path

import cost_model
import torch

KERNEL = Path(__file__).resolve().parent.parent / "lora/src/main/resources/oneword/lora/kernel"
WIDTH, FFN, HEADS, SENTENCES, LENGTH, PREFIX = 256, 1024, 4, 80, 23, 5
CONFIG = {"model_type": "opt", "hidden_size": WIDTH, "ffn_dim": FFN, "num_attention_heads": HEADS, "num_hidden_layers": 2}


def text(value):
    return b"X" + struct.pack("<i", len(value)) + value.encode()


def pickled(value):
    if isinstance(value, bool):
        return b"\x88" if value else b"\x89"
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    return b"G" + struct.pack(">d", value) if isinstance(value, float) else text(value)


def kernel(**attributes):
    """The module as oneword's KernelArchive writes it."""
    source = "\n".join((KERNEL / name).read_text() for name in ("linear.py", "opt.py"))
    values = b"".join(text(key) + pickled(value) for key, value in {"training": True, **attributes}.items())
    with tempfile.TemporaryDirectory() as area:
        path = Path(area) / "ops.pt"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("ops/version", "3\n")
            archive.writestr("ops/constants.pkl", b"\x80\x02).")
            archive.writestr("ops/data.pkl", b"\x80\x02c__torch__\nOps\n)\x81}(" + values + b"ub.")
            archive.writestr("ops/code/__torch__.py", source)
        return torch.jit.load(str(path))


def kept(last, dropout, prefix):
    """(rows, bytes that one layer's graph keeps)"""
    module = kernel(heads=HEADS, pre_norm=True, final_norm=True, projected=False, activation="relu", dropout=dropout,
                    attention_dropout=0.0, lora_dropout=dropout, lora_scale=1.0)
    own = LENGTH - prefix
    rows = prefix + SENTENCES * own
    norm, maps = [(WIDTH,)] * 2, [(WIDTH, WIDTH)] * 4 + [(FFN, WIDTH), (WIDTH, FFN)]
    linear = [[(o, i), (o,)] for o, i in maps]
    shapes = norm + sum(linear[:4], []) + norm + sum(linear[4:], [])
    weights = [torch.randn(shape).bfloat16() for shape in shapes]
    adapter = [torch.randn(shape, requires_grad=True)
               for o, i in maps for shape in ((cost_model.RANK, i), (o, cost_model.RANK))]
    x = torch.randn(rows, WIDTH).bfloat16().requires_grad_()
    final = [prefix + (i + 1) * own - 1 for i in range(SENTENCES)]
    storages = {}

    def note(tensor):
        cast = tensor.dim() == 2 and cost_model.RANK in tensor.shape and not {rows, SENTENCES} & set(tensor.shape)
        if not cast:
            storages[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    method = ("last_layer" if last else "layer") + ("_train" if dropout else "")
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        getattr(module, method)(
            x, torch.zeros(rows, dtype=torch.long), *([torch.tensor(final)] if last else []),
            [torch.empty(0), torch.empty(0)], [torch.ones(SENTENCES, own, dtype=torch.bool)], weights, adapter)
    fixed = {tensor.untyped_storage().data_ptr() for tensor in weights + adapter}
    return rows, sum(tensor.untyped_storage().nbytes() for key, tensor in storages.items() if key not in fixed)


def main():
    failed = False
    for last, dropout, prefix in [(False, 0.0, 0), (False, 0.1, 0), (False, 0.0, PREFIX), (True, 0.0, 0), (True, 0.1, 0),
                                  (True, 0.0, PREFIX)]:
        rows, found = kept(last, dropout, prefix)
        copies = cost_model.shared_copies(CONFIG, "cpu", LENGTH, prefix, SENTENCES) if prefix else 0
        if last:
            counted = cost_model.kept_by_last_layer(
                CONFIG, cost_model.RANK, "cpu", rows / SENTENCES, dropout > 0, copies)
        else:
            counted = cost_model.kept_behind_prefix(
                CONFIG, cost_model.RANK, "cpu", LENGTH, prefix, SENTENCES, dropout > 0)
        failed |= abs(found / rows / counted - 1) > 0.01
        print(f"{'last layer' if last else 'layer'}, dropout {dropout:g}, shared prefix {prefix}: "
              f"counted {counted:,.0f}, kept {found / rows:,.0f} bytes a row")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
