"""Golden ids of LLaMA-family tokenizers for LlamaTokenizersTest, by transformers' AutoTokenizer.

Run from the repository root: HF_HUB_OFFLINE=1 python data/src/test/golden/llama_tokenizers.py [SMOLLM2_TOKENIZER_JSON]
The argument is SmolLM2's tokenizer.json (default ../shared/models/smollm2-135m/tokenizer.json).
Made by tokenizers 0.23.3, transformers 5.23.0. Writes to data/src/test/resources/golden/:

llama-tokenizer.json  a SentencePiece-style BPE of 700 tokens with byte fallback in the form of LLaMA's tokenizer.json, trained on
                      the repository's own configs/quickstart/triples.csv (training is deterministic)
llama-tokenizers.json {VARIANT: {"tokenizer": keys that replace those of the file, "files": {NAME: content} beside it, "class": what
                      AutoTokenizer made of it, "ids": {text: ids}, "digests": {KIND: [...]}}}; of smollm2 without "tokenizer"

Digested are every tenth of the ten thousand lines of lines.jsonl.gz, 200 at a time, as in tokenizer_lines.py: "ids" with what the
post-processor adds, "decoded" of these without special tokens, "training" and "evaluation" prompts.
"""

import gzip
import hashlib
import json
import sys
import tempfile
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, processors, trainers
from transformers import AutoTokenizer
from transformers.utils import logging

logging.set_verbosity_error()

ROOT = Path.cwd()
OUT = ROOT / "data/src/test/resources/golden"
BLOCK, MAX_TOKENS = 200, 32
BEFORE, AFTER = 'This sentence : "', '" means in one word:"'
TEXTS = ["", " ", "A man is playing a guitar.", " leading", "  two leading", "trailing ", "a  b", "<s>", "</s>", "a<s>b</s> c", "<s> a",
         "a <unk> b", "\u2581", "\u2581a", "a\nb", "\u65e5\u672c", "\U0001f600", "In 2008, 3.2 %", "naïve café"]
ROLES = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}


def train():
    """Prepend, Replace, BPE with byte fallback, BOS in front: as LLaMA's own tokenizer.json."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    special = ["<unk>", "<s>", "</s>"]
    trainer = trainers.BpeTrainer(vocab_size=700, special_tokens=special + [f"<0x{byte:02X}>" for byte in range(256)],
                                  max_token_length=8, show_progress=False)
    tokenizer.train_from_iterator((ROOT / "configs/quickstart/triples.csv").read_text(encoding="utf-8").splitlines(), trainer)
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = template("<s> $A")
    file = json.loads(tokenizer.to_str())
    file["added_tokens"] = [token for token in file["added_tokens"] if token["content"] in special]
    return file


def template(single):
    pair = single.replace("$A", "$A $B:1")
    return processors.TemplateProcessing(single=single, pair=pair, special_tokens=[("<s>", 1), ("</s>", 2)])


def part(value):
    return json.loads(value.__getstate__())


METASPACE = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": False}
BOS_AND_EOS = part(template("<s> $A </s>"))


def variants(file):
    """{name: (keys of tokenizer.json, tokenizer_config.json, model_type)}"""
    unknown, bos, eos = file["added_tokens"]
    return {
        "as_it_stands": ({}, {**ROLES, "tokenizer_class": "PreTrainedTokenizerFast"}, "llama"),
        "eos_without_bos": ({"post_processor": part(template("$A </s>"))}, {**ROLES, "add_bos_token": True, "add_eos_token": False}, "llama"),
        "neither": ({"post_processor": None}, {**ROLES, "tokenizer_class": "PreTrainedTokenizerFast", "add_bos_token": True}, "llama"),
        "mistral": ({"normalizer": None, "pre_tokenizer": METASPACE, "post_processor": BOS_AND_EOS},
                    {**ROLES, "tokenizer_class": "LlamaTokenizerFast", "legacy": True}, "mistral"),
        "roles": ({"added_tokens": [unknown]}, {**ROLES, "additional_special_tokens": ["<0x41>"], "added_tokens_decoder": {
            "3": {"content": "<0x00>", "lstrip": True, "normalized": False, "rstrip": False, "single_word": False, "special": False}}}, "llama"),
        "class": ({}, {**ROLES, "tokenizer_class": "LlamaTokenizerFast", "add_bos_token": False, "add_eos_token": True}, "llama"),
        "class_legacy": ({"post_processor": part(template("$A"))}, {"tokenizer_class": "LlamaTokenizer", "legacy": True}, "llama"),
        "class_without_prefix": ({"post_processor": BOS_AND_EOS, "added_tokens": [unknown, bos]},
                                 {**ROLES, "tokenizer_class": "LlamaTokenizer", "legacy": None, "add_prefix_space": False}, "llama"),
    }


def evaluation_text(line):
    line = " ".join(line.split())
    if line and line[-1] not in ('.', '?', '"', "'"):
        line = line + "."
    line = line.replace('"', "'")
    return line[:-1] + "." if line[-1:] == "?" else line


def digests(column):
    texts = [(value if isinstance(value, str) else " ".join(map(str, value))) + "\0" for value in column]
    return [hashlib.sha256("".join(texts[first : first + BLOCK]).encode()).hexdigest() for first in range(0, len(texts), BLOCK)]


def golden(file, files, lines):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {"tokenizer.json": file, **files}.items():
            (Path(folder) / name).write_text(json.dumps(content), encoding="ascii")
        tokenizer = AutoTokenizer.from_pretrained(folder)

    def ids(text):
        return tokenizer(text)["input_ids"]

    def training(text):
        kept = tokenizer(text, add_special_tokens=False)["input_ids"][:MAX_TOKENS]
        return ids(BEFORE + tokenizer.decode(kept) + AFTER)

    columns = {
        "ids": [ids(line) for line in lines],
        "decoded": [tokenizer.decode(ids(line), skip_special_tokens=True) for line in lines],
        "training": [training(line) for line in lines],
        "evaluation": [ids(BEFORE + evaluation_text(line) + AFTER) for line in lines],
    }
    return {"class": type(tokenizer).__name__, "ids": {text: ids(text) for text in TEXTS},
            "digests": {kind: digests(column) for kind, column in columns.items()}}


def main():
    with gzip.open(OUT / "lines.jsonl.gz", "rt", encoding="utf-8", newline="\n") as packed:
        lines = [json.loads(line) for line in packed][::10]
    file = train()
    (OUT / "llama-tokenizer.json").write_text(json.dumps(file, separators=(",", ":")) + "\n", encoding="ascii")
    result = {}
    for name, (keys, config, family) in variants(file).items():
        files = {"tokenizer_config.json": config, "config.json": {"model_type": family}}
        result[name] = {"tokenizer": keys, "files": files, **golden({**file, **keys}, files, lines)}
    smollm2 = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "../shared/models/smollm2-135m/tokenizer.json"
    files = {"config.json": {"model_type": "llama"}, "tokenizer_config.json": {
        "bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "pad_token": "<|im_end|>", "unk_token": "<|endoftext|>",
        "tokenizer_class": "GPT2Tokenizer", "add_prefix_space": False}}
    result["smollm2"] = {"files": files, **golden(json.loads(smollm2.read_text(encoding="utf-8")), files, lines)}
    rows = ",\n".join(json.dumps(name) + ": " + json.dumps(values, separators=(",", ":")) for name, values in result.items())
    (OUT / "llama-tokenizers.json").write_text("{\n" + rows + "\n}\n", encoding="ascii")
    for name, values in result.items():
        print(name, values["class"], values["ids"]["a<s>b</s> c"])


main()
