"""Writes the golden torch files (torch 2.11): state dicts in every layout, and files that are to be refused.

    python make_pickles.py            # into ../resources/oneword/lora/checkpoint

Running it again changes bytes without meaning: legacy files use memory addresses as keys of their storages.
"""

import shutil
import tempfile
import zipfile
from collections import OrderedDict
from pathlib import Path

import torch

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


def views():
    weight = torch.nn.Parameter(torch.tensor([[1.0, -2.0], [3.0, 0.0]]))
    matrix = torch.arange(12).reshape(4, 3)
    state = OrderedDict()
    state["weight"] = weight
    state["tied"] = weight
    state["transposed"] = torch.arange(6.0).reshape(2, 3).t()
    state["slice"] = torch.arange(10, dtype=torch.int32)[3:7]
    state["rows"] = matrix[1:3]
    state["column"] = matrix[:, 1]
    state["every_third"] = torch.arange(8, dtype=torch.float64)[::3]
    state["permuted"] = torch.arange(24, dtype=torch.int8).reshape(2, 3, 4).permute(2, 0, 1)
    state["swapped_halves"] = torch.tensor([[1.0, -2.0], [3.0, 0.0]]).half().t()
    state["scalar"] = torch.tensor(2.5)
    state["empty"] = torch.zeros(0, 3)
    state["one_row"] = torch.arange(5).expand(1, 5)
    state._metadata = OrderedDict({"": {"version": 1}, "inner": {}})
    return state


torch.save(every_type(), OUT / "every_type.bin")
torch.save(every_type(), OUT / "every_type_legacy.bin", _use_new_zipfile_serialization=False)
torch.save(views(), OUT / "views.bin")
torch.save(views(), OUT / "views_protocol4.bin", pickle_protocol=4)
torch.save(views(), OUT / "views_legacy.bin", _use_new_zipfile_serialization=False)
torch.save(views(), OUT / "views_legacy_protocol4.bin", _use_new_zipfile_serialization=False, pickle_protocol=4)
torch.save({"a": torch.tensor([1, 2], dtype=torch.uint8)}, OUT / "small.bin")
torch.save({"a": torch.tensor([1, 2], dtype=torch.uint8)}, OUT / "small_legacy.bin", _use_new_zipfile_serialization=False)


def repack(target, compression):
    with zipfile.ZipFile(OUT / "small.bin") as source, zipfile.ZipFile(target, "w", compression) as archive:
        for entry in source.infolist():
            archive.writestr(zipfile.ZipInfo(entry.filename), source.read(entry), compression)


repack(OUT / "refused_deflated.bin", zipfile.ZIP_DEFLATED)
zipfile.ZIP64_LIMIT = 0  # every size and offset goes to the zip64 fields
repack(OUT / "zip64.bin", zipfile.ZIP_STORED)
assert torch.load(OUT / "zip64.bin")["a"].tolist() == [1, 2]
zipfile.ZIP64_LIMIT = (1 << 31) - 1


class Attack:
    def __reduce__(self):
        import os

        return os.system, ("touch /tmp/oneword-was-attacked",)


refused = {
    "attack": {"a": Attack()},
    "uint16": {"a": torch.zeros(2, dtype=torch.uint16)},
    "float8": {"a": torch.zeros(2, dtype=torch.float8_e4m3fn)},
    "complex": {"a": torch.zeros(2, dtype=torch.complex64)},
    "sparse": {"a": torch.eye(2).to_sparse()},
    "conjugate": {"a": torch.zeros(2).to(torch.complex64).conj()},
    "negative": {"a": torch.imag(torch.zeros(2).to(torch.complex64).conj())},
    "expanded": {"a": torch.zeros(1).expand(1000)},
    "nested": {"state_dict": {"a": torch.zeros(2)}},
    "number": {"epoch": 3},
    "unnamed": {0: torch.zeros(2)},
    "tensor": torch.zeros(2),
    "list": [torch.zeros(2)],
    "module": torch.nn.Linear(1, 1),
    "storage": {"a": torch.zeros(2).untyped_storage()},
}
for name, value in refused.items():
    torch.save(value, OUT / f"refused_{name}.bin")
torch.save(refused["attack"], OUT / "refused_attack_legacy.bin", _use_new_zipfile_serialization=False)

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "script.bin"
    torch.jit.save(torch.jit.script(torch.nn.ReLU()), path)
    shutil.copy(path, OUT / "refused_script.bin")
