"""Writes the golden safetensors files with the reference library (safetensors 0.8, torch 2.11).

    python make_safetensors.py        # into ../resources/oneword/lora/checkpoint

Each file has at most one metadata key: the library writes several in no fixed order.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

OUT = Path(__file__).resolve().parent.parent / "resources" / "oneword" / "lora" / "checkpoint"
OUT.mkdir(parents=True, exist_ok=True)


def every_type():
    numbers = [1, -2, 3, 0, 100, -128]
    tensors = {"bool": torch.tensor([True, False, True]), "u8": torch.tensor([0, 127, 255], dtype=torch.uint8)}
    for name, dtype in {
        "f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16,
        "i64": torch.int64, "i32": torch.int32, "i16": torch.int16, "i8": torch.int8,
    }.items():
        tensors[name] = torch.tensor(numbers, dtype=dtype).reshape(2, 3)
    return tensors


save_file(every_type(), OUT / "every_type.safetensors", metadata={"format": "pt"})
save_file({}, OUT / "no_tensors.safetensors")
save_file(
    {
        "scalar": torch.tensor(2.5),
        "no_rows": torch.zeros(0, 3),
        "no_columns": torch.zeros(3, 0, dtype=torch.float16),
        "last": torch.tensor([7], dtype=torch.uint8),
    },
    OUT / "empty_and_scalar.safetensors",
)
save_file(
    {
        name: torch.tensor([float(i)])
        for i, name in enumerate(
            ["b", "a", "B", "a.10", "a.9", "", " ", "\u00e9", "z\uffff", "z\U0001f600", '"\\/', "\x00\x01\b\t\n\f\r\x1f\x7f\u2028"]
        )
    },
    OUT / "odd_names.safetensors",
    metadata={'key "\\\n\x1f\u00e9\U0001f600': "value \t\x7f\u2029"},
)
