"""Makes resources/golden/half/CASE: how far transformers' and PEFT's own bf16 and fp16 vectors are from the exact ones.

Run:    python lora/src/test/golden/make_half.py      (after make_decoders.py and make_lora.py)
Made by transformers 5.23.0, peft 0.21.0, torch 2.11.0 (CPU), safetensors 0.8.0; seeded.

CASE/inputs.json              {"model", "adapter" (or null): folders under golden/; "sentences": [[ids]...]}
CASE/expected.safetensors     "exact": [n, d_out], each sentence alone in float64, from the weights as they are in the file;
                              "bf16.rounded", "fp16.rounded": the same in float64 from base weights rounded to the type: what is
                              left against these is the arithmetic alone. Stored as float32.
CASE/spread.json              {WAY: {"exact": {"rms", "max"}, "rounded": {"rms", "max"}}}: deviations of the library's own vectors
                              from both. Ways: "bf16" and "fp16" (default attention; with an adapter: adapter left in fp32, as
                              PeftModel.from_pretrained leaves it), and with an adapter also "bf16.autocast" and "fp16.autocast"
                              (the same under torch.autocast, which rounds the adapter's matrices too, as in mixed training)
"""

import contextlib
import shutil

from golden import GOLDEN, embed, sentence, write_json

import torch
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}
SENTENCES = 128
CASES = {
    "pre-norm": ("decoder/pre-norm", None),
    "pre-norm-gelu": ("decoder/pre-norm-gelu", None),
    "post-norm-projected": ("decoder/post-norm-projected", None),
    "no-final-norm": ("decoder/no-final-norm", None),
    "bf16-file": ("decoder/bf16-file", None),
    "fp16-file": ("decoder/fp16-file", None),
    "pre-norm-adapted": ("decoder/pre-norm", "lora/pre-norm"),
    "query-value-adapted": ("decoder/pre-norm", "lora/query-value"),
    "post-norm-projected-adapted": ("decoder/post-norm-projected", "lora/post-norm-projected"),
    "llama": ("decoder/llama", None),
    "llama-llama3": ("decoder/llama-llama3", None),
    "llama-bf16-file": ("decoder/llama-bf16-file", None),
    "mistral": ("decoder/mistral", None),
    "llama-adapted": ("decoder/llama", "lora/llama"),
}


def vectors(case, sentences, dtype, rounded=None, autocast=False):
    """[n, d_out] in float64; rounded: a type that the base's weights go through first."""
    model, adapter = CASES[case]
    base = AutoModelForCausalLM.from_pretrained(GOLDEN / model, dtype=rounded or dtype).to(dtype)
    decoder = base.model
    if adapter:
        PeftModel.from_pretrained(base, GOLDEN / adapter, autocast_adapter_dtype=dtype != torch.float64)
        if dtype == torch.float64:
            base.to(dtype)
        else:
            assert all(p.dtype == torch.float32 for name, p in base.named_parameters() if "lora" in name)
    base.eval()
    with torch.no_grad(), torch.autocast("cpu", dtype) if autocast else contextlib.nullcontext():
        return torch.stack([embed(decoder, ids) for ids in sentences]).double()


def spread(found, exact):
    difference = found - exact
    return {"rms": difference.square().mean().sqrt().item(), "max": difference.abs().max().item()}


def make(case, seed):
    folder = GOLDEN / "half" / case
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model, adapter = CASES[case]
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 33, (SENTENCES,), generator=generator).tolist()
    sentences = [sentence(generator, length, 64) for length in lengths]
    tensors, figures = {"exact": vectors(case, sentences, torch.float64, rounded=torch.float32)}, {}
    for name, dtype in TYPES.items():
        rounded = tensors[name + ".rounded"] = vectors(case, sentences, torch.float64, rounded=dtype)
        for way in ([name, name + ".autocast"] if adapter else [name]):
            found = vectors(case, sentences, dtype, autocast=way != name)
            figures[way] = {"exact": spread(found, tensors["exact"]), "rounded": spread(found, rounded)}
    save_file({name: value.float().contiguous() for name, value in tensors.items()}, folder / "expected.safetensors")
    write_json(folder / "inputs.json", {"model": model, "adapter": adapter, "sentences": sentences})
    write_json(folder / "spread.json", figures)
    print(case, {way: {k: f"{v['rms']:.2e} {v['max']:.2e}" for k, v in f.items()} for way, f in figures.items()})


for index, name in enumerate(CASES):
    make(name, 3000 + index)
