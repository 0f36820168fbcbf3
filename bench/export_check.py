"""Loads what `oneword export` wrote in the libraries it is meant for, offline, and compares vectors with oneword's own.

oneword embed --model MODEL --adapter CHECKPOINT --input lines.txt --output vectors.npy
python bench/export_check.py --input lines.txt --vectors vectors.npy \\
    --sentence-transformers EXPORT --merged EXPORT --peft EXPORT --base MODEL

--vectors are those of base and adapter (as evaluation, fp32, not normalised). Each form that is given must load without a missing or
unexpected name, give these vectors within --bound (absolute; for --merged relative to the cosine, since its weights may be rounded),
and have a model card whose metadata huggingface_hub reads. --write-lines FILE writes awkward sentences to begin with.

Prints JSON; exit 1 if anything fails. Needs sentence-transformers 6.2 besides requirements.txt for that form.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

import prompteol

AWKWARD = [
    "A man is playing a guitar.", "no full stop", "Is this the way?", 'He said "late" and left', '"Nobody came."', "'quoted'", "Why not?!",
    "", " ", "?", '"', "...", "  two  spaces,\ta tab\u00a0and a no-break space ", "snake_case {braces} {sentence} $1 \\ (.*)",
    "[sentence] in brackets", "[sentence]", 'This sentence : "x" means in one word:"', "Zażółć gęślą jaźń — naïve café", "日本語の文です。",
    "A 👩‍👩‍👧 family and a 😀", "😀", "e\u0301 \u200b \ufeff", "word " * 60, "\u2581", "a\u2581b \u2581c", " leading space", "In 2008, 1,234.5 kg", "<0x41>",
]


def compare(expected, found, bound):
    if expected.shape != found.shape:
        return {"ok": False, "shape": list(found.shape), "expected_shape": list(expected.shape)}
    difference = np.abs(expected.astype(np.float64) - found.astype(np.float64)).max(axis=1)
    worst = int(np.argmax(difference))
    return {"ok": bool(difference.max() <= bound), "largest_difference": float(difference.max()), "in_line": worst + 1}


def normalized(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def card(folder):
    """What huggingface_hub makes of the metadata of README.md."""
    from huggingface_hub import ModelCard

    data = ModelCard.load(Path(folder) / "README.md", ignore_metadata_errors=False).data
    ok = data.pipeline_tag == "sentence-similarity" and bool(data.library_name) and "oneword" in data.tags
    return {"ok": ok, "library_name": data.library_name, "base_model": data.base_model,
            "results": [[r.dataset_name, r.metric_type, r.metric_value] for r in data.eval_results or []]}


def check_sentence_transformers(folder, sentences, expected, bound):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    together = compare(normalized(expected), model.encode(sentences, batch_size=8), bound)
    alone = compare(normalized(expected), np.stack([model.encode(sentence) for sentence in sentences]), bound)
    query = compare(normalized(expected), model.encode_query(sentences), bound)
    long = model.tokenize(["word " * 2 * model.max_seq_length])["input_ids"][0].tolist()
    tail = model.tokenize(["word"])["input_ids"][0].tolist()[-3:]
    return {"ok": together["ok"] and alone["ok"] and query["ok"] and long[-3:] == tail and len(long) == model.max_seq_length,
            "together": together, "alone": alone, "query": query, "dtype": str(next(model.parameters()).dtype),
            "length_of_too_long": len(long)}


def check_merged(folder, sentences, expected, drift):
    causal, report = prompteol.load_base(folder, "fp32", "cpu")
    template = json.loads((Path(folder) / "prompt.json").read_text())["template"]
    vectors = prompteol.embed(causal, prompteol.Prompt(folder, template), sentences, "evaluation", 8, "cpu")
    a, b = normalized(expected.astype(np.float64)), normalized(vectors.astype(np.float64))
    found = float((1 - (a * b).sum(axis=1)).max())
    return {"ok": report.clean() and found <= drift, **report.as_json(), "drift": found,
            "largest_difference": float(np.abs(expected - vectors).max())}


def check_peft(folder, base, sentences, expected, bound):
    causal, of_base = prompteol.load_base(base, "fp32", "cpu")
    _, of_adapter = prompteol.load_adapter(causal, folder)
    template = json.loads((Path(folder) / "prompt.json").read_text())["template"]
    vectors = prompteol.embed(causal, prompteol.Prompt(base, template), sentences, "evaluation", 8, "cpu")
    comparison = compare(expected, vectors, bound)
    return {"ok": of_base.clean() and of_adapter.clean() and comparison["ok"], **of_adapter.as_json(), "comparison": comparison}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write-lines", help="write the awkward sentences, one a line, and stop")
    parser.add_argument("--input", help="UTF-8, one sentence a line; an empty line is an empty sentence")
    parser.add_argument("--vectors", help=".npy by oneword embed")
    parser.add_argument("--sentence-transformers", help="exported folder")
    parser.add_argument("--merged", help="exported folder")
    parser.add_argument("--peft", help="exported folder")
    parser.add_argument("--base", help="base model's folder, for --peft")
    parser.add_argument("--bound", type=float, default=1e-5, help="largest difference of normalised vectors (default: %(default)s)")
    parser.add_argument("--peft-bound", type=float, default=1e-4, help="the same of plain vectors (default: %(default)s)")
    parser.add_argument("--drift", type=float, default=1e-3, help="largest 1 - cosine of --merged (default: %(default)s)")
    args = parser.parse_args()
    if args.write_lines:
        Path(args.write_lines).write_bytes("".join(line.replace("\n", " ") + "\n" for line in AWKWARD).encode())
        return
    if not args.input or not args.vectors:
        parser.error("--input and --vectors are needed")
    sentences = Path(args.input).read_bytes().decode("utf-8").removesuffix("\n").split("\n")
    expected = np.load(args.vectors)
    result = {"lines": len(sentences)}
    if args.sentence_transformers:
        result["sentence_transformers"] = check_sentence_transformers(args.sentence_transformers, sentences, expected, args.bound)
        result["sentence_transformers"]["card"] = card(args.sentence_transformers)
    if args.merged:
        result["merged"] = check_merged(args.merged, sentences, expected, args.drift)
        result["merged"]["card"] = card(args.merged)
    if args.peft:
        if not args.base:
            parser.error("--peft needs --base")
        result["peft"] = check_peft(args.peft, args.base, sentences, expected, args.peft_bound)
        result["peft"]["card"] = card(args.peft)
    ok = all(form["ok"] and form["card"]["ok"] for form in result.values() if isinstance(form, dict))
    print(json.dumps({"ok": ok, **result}, indent=2, ensure_ascii=False))
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
