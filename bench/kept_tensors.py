"""Checks what cost_model.py says oneword's OPT kernel keeps for a backward pass against what it does keep.

python bench/kept_tensors.py

Runs the kernel's layers in bf16 on a CPU, on 80 random sentences of 23 tokens. Of a layer: what `layer_record` returns, each storage
once, its result in the input's place; and the most that torch's profiler sees allocated in `layer_backward`. Of the last layer: its
input and what autograd saves, weights, parameters and the adapter's casts left out. Prints bytes a row, counted and found; exit 1 where
they differ by more than 1 %.
"""

import itertools
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
MOST_MATRICES = 14
MAPS = [(WIDTH, WIDTH)] * 4 + [(FFN, WIDTH), (WIDTH, FFN)]


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


class Layer:
    """A layer of random weights, and rows to go through it."""

    def __init__(self, pre_norm, dropout, prefix):
        self.ops = kernel(heads=HEADS, pre_norm=pre_norm, final_norm=pre_norm, projected=False, activation="relu", dropout=dropout,
                          attention_dropout=0.0, lora_dropout=dropout, lora_scale=1.0)
        own = LENGTH - prefix
        self.rows = prefix + SENTENCES * own
        self.last = torch.tensor([prefix + (i + 1) * own - 1 for i in range(SENTENCES)])
        norm, linear = [(WIDTH,)] * 2, [[(o, i), (o,)] for o, i in MAPS]
        shapes = norm + sum(linear[:4], []) + norm + sum(linear[4:], [])
        self.weights = [torch.randn(shape).bfloat16() for shape in shapes]
        self.adapter = [torch.randn(shape, requires_grad=True)
                        for o, i in MAPS for shape in ((cost_model.RANK, i), (o, cost_model.RANK))]
        for matrix in self.adapter:
            matrix.grad = torch.zeros_like(matrix)
        self.x = torch.randn(self.rows, WIDTH).bfloat16()
        self.positions = torch.zeros(self.rows, dtype=torch.long)
        self.blocks = [torch.ones(SENTENCES, own, dtype=torch.bool)]

    @torch.no_grad()
    def kept(self):
        """(bytes kept for the backward pass, most bytes that come and go in it)"""
        states = (6 if self.ops.pre_norm else 7) * WIDTH + FFN + len(MAPS) * cost_model.RANK
        keep = torch.empty(self.rows * states + 64 * MOST_MATRICES).bfloat16()
        _, *record = self.ops.layer_record(self.x, self.positions, keep, self.blocks, self.weights, self.adapter)
        gradient = torch.randn_like(self.x)
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
            self.ops.layer_backward(gradient, self.x, self.positions, self.blocks, self.weights, self.adapter, record)
        allocated = [event.nbytes() for event in profile.profiler.kineto_results.events() if event.name() == "[memory]"]
        return size(record), gradient.nbytes + max(itertools.accumulate(allocated))

    def kept_as_last(self, dropout):
        """Bytes kept for the backward pass."""
        saved = [self.x.requires_grad_()]

        def note(tensor):
            cast = tensor.dim() == 2 and cost_model.RANK in tensor.shape and not {self.rows, SENTENCES} & set(tensor.shape)
            if not cast:
                saved.append(tensor)
            return tensor

        method = self.ops.last_layer_train if dropout else self.ops.last_layer
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            method(self.x, self.positions, self.last, [torch.empty(0), torch.empty(0)], self.blocks, self.weights, self.adapter)
        fixed = {tensor.untyped_storage().data_ptr() for tensor in self.weights + self.adapter}
        return size([tensor for tensor in saved if tensor.untyped_storage().data_ptr() not in fixed])


def size(tensors):
    """Bytes of their storages, each once."""
    return sum({tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in tensors}.values())


def main():
    failed = False
    for pre_norm, dropout, prefix in itertools.product((True, False), (0.0, 0.1), (0, PREFIX)):
        config = CONFIG | {"do_layer_norm_before": pre_norm}
        layer = Layer(pre_norm, dropout, prefix)
        copies = cost_model.shared_copies(config, "cpu", LENGTH, prefix, SENTENCES) if prefix else 0
        kept, in_hand = layer.kept()
        print(f"norm {'before' if pre_norm else 'behind'}, dropout {dropout:g}, shared prefix {prefix}")
        for what, found, counted in [
                ("layer", kept, cost_model.kept_by_layer(config, cost_model.RANK, "cpu")),
                ("in its backward pass", in_hand, cost_model.in_hand(config, "cpu", LENGTH, prefix, SENTENCES)),
                ("last layer", layer.kept_as_last(dropout > 0), cost_model.kept_by_last_layer(
                    config, cost_model.RANK, "cpu", layer.rows / SENTENCES, dropout > 0, copies))]:
            difference = found / layer.rows / counted - 1
            failed |= abs(difference) > 0.01
            print(f"  {what}: counted {counted:,.0f}, found {found / layer.rows:,.0f} bytes a row ({difference:+.2%})")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
