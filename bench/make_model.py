"""Writes a model of random weights in Hugging Face layout: the shapes of real models, to measure speed, memory and loading with.

python bench/make_model.py --shape opt-1.3b --output /tmp/opt-1.3b

Matrices are normal with standard deviation 0.02 by --seed, norms 1, biases 0. Tensors are written one by one, so that any shape fits
into little memory; a file ends before 4 GB and an index names the rest. The tokenizer is copied from --tokenizer, and its ids must fit
the shape's vocabulary: models/opt-mini for OPT unless a folder with OPT's own files is given; LLaMA shapes need one of theirs. Prints
JSON: the folder, its parameters and bytes.
"""

import argparse
import functools
import json
import shutil
import struct
from pathlib import Path

import opt_shapes
import torch
from transformers import AutoModelForCausalLM, LlamaConfig, OPTConfig

ROOT = Path(__file__).resolve().parent.parent
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt")
TYPES = {"fp32": ("F32", torch.float32), "fp16": ("F16", torch.float16), "bf16": ("BF16", torch.bfloat16)}
MOST_BYTES = 4 << 30


def opt(shape):
    return OPTConfig(**{key: value for key, value in shape.items() if key != "model_type"})


SHAPES = {
    **{name: functools.partial(opt, shape) for name, shape in opt_shapes.SHAPES.items()},
    "smollm2-135m": lambda: LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, max_position_embeddings=8192, rms_norm_eps=1e-5, rope_theta=100000.0, bos_token_id=1,
        eos_token_id=2, pad_token_id=2, tie_word_embeddings=True),
}


def tensors(config):
    """{name: shape} of what a file of this model holds; nothing is allocated."""
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    return {name: tuple(value.shape) for name, value in model.state_dict().items()
            if not (name == "lm_head.weight" and config.tie_word_embeddings)}


def values(name, shape, dtype, seed):
    if len(shape) == 1:
        return torch.zeros(shape, dtype=dtype) if name.endswith("bias") else torch.ones(shape, dtype=dtype)
    generator = torch.Generator().manual_seed(seed)
    return torch.empty(shape).normal_(0, 0.02, generator=generator).to(dtype)


def write_file(path, names, shapes, code, dtype, seeds):
    """One safetensors file: the length of the header, the header, the tensors one after the other."""
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name in names:
        size = torch.Size(shapes[name]).numel() * dtype.itemsize
        header[name] = {"dtype": code, "shape": shapes[name], "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in names:
            value = values(name, shapes[name], dtype, seeds[name])
            file.write(value.view(torch.uint8).reshape(-1).numpy().tobytes())


def shards(shapes, dtype):
    parts, held = [[]], 0
    for name, shape in shapes.items():
        size = torch.Size(shape).numel() * dtype.itemsize
        if parts[-1] and held + size > MOST_BYTES:
            parts.append([])
            held = 0
        parts[-1].append(name)
        held += size
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", required=True, choices=SHAPES)
    parser.add_argument("--output", required=True, help="folder to make")
    parser.add_argument("--layers", type=int, help="fewer or more than the shape has")
    parser.add_argument("--dtype", choices=TYPES, default="fp16", help="of the file (default: fp16, as OPT's own files)")
    parser.add_argument("--tokenizer", help="folder with tokenizer.json, or vocab.json and merges.txt")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    config = SHAPES[args.shape]()
    if args.layers:
        config.num_hidden_layers = args.layers
    if args.tokenizer is None and config.model_type != "opt":
        parser.error(f"--tokenizer is needed for {args.shape}")
    code, dtype = TYPES[args.dtype]
    folder = Path(args.output)
    folder.mkdir(parents=True, exist_ok=True)
    config.architectures = ["OPTForCausalLM" if config.model_type == "opt" else "LlamaForCausalLM"]
    config.dtype = dtype
    config.save_pretrained(folder)
    source = Path(args.tokenizer or ROOT / "models/opt-mini")
    copied = [shutil.copy(source / name, folder / name) for name in TOKENIZER_FILES if (source / name).is_file()]
    if not copied:
        parser.error(f"{source}: none of {', '.join(TOKENIZER_FILES)}")
    shapes = tensors(config)
    seeds = {name: args.seed * 1_000_003 + i for i, name in enumerate(shapes)}
    parts = shards(shapes, dtype)
    index = {}
    for i, names in enumerate(parts, start=1):
        name = "model.safetensors" if len(parts) == 1 else f"model-{i:05}-of-{len(parts):05}.safetensors"
        write_file(folder / name, names, shapes, code, dtype, seeds)
        index.update(dict.fromkeys(names, name))
    parameters = sum(torch.Size(shape).numel() for shape in shapes.values())
    if len(parts) > 1:
        (folder / "model.safetensors.index.json").write_text(json.dumps(
            {"metadata": {"total_size": parameters * dtype.itemsize}, "weight_map": index}, indent=2))
    print(json.dumps({"folder": str(folder), "shape": args.shape, "parameters": parameters,
                      "bytes": parameters * dtype.itemsize}, indent=2))


if __name__ == "__main__":
    main()
