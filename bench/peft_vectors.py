"""Embeds the lines of a text file with transformers (+ a PEFT adapter) and compares the vectors with those of another program.

python bench/peft_vectors.py --model models/opt-mini --adapter runs/NAME/checkpoints/step-000050 --input lines.txt \\
    --output peer.npy --compare oneword.npy --bound 1e-4

Prints JSON. Exit 1 if a name or value of the files is not in the loaded model (PEFT goes on in silence), or if the vectors differ by
more than --bound.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

import prompteol


def compare(ours, theirs, bound):
    """The comparison as JSON values, with "ok"."""
    if ours.shape != theirs.shape:
        return {"ok": False, "shape": list(ours.shape), "other_shape": list(theirs.shape)}
    a, b = ours.astype(np.float64), theirs.astype(np.float64)
    difference = np.abs(a - b).max(axis=1)
    cosine = (a * b).sum(axis=1) / np.maximum(np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1), 1e-30)
    worst = int(np.argmax(difference))
    return {"ok": bool(difference.max() <= bound), "bound": bound, "largest_difference": float(difference.max()),
            "in_line": worst + 1, "largest_value": float(np.abs(a).max()), "smallest_cosine": float(cosine.min())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    prompteol.add_common_arguments(parser)
    parser.add_argument("--adapter", help="PEFT adapter folder, over the causal language model")
    parser.add_argument("--input", required=True, help="UTF-8, one sentence a line; an empty line is an empty sentence")
    parser.add_argument("--output", help="float32 .npy, [lines, d]")
    parser.add_argument("--as", dest="rule", choices=prompteol.TEXT_RULES, default="evaluation", help="text rule")
    parser.add_argument("--max-tokens", type=int, default=32, help="cut of the training rule (default: 32)")
    parser.add_argument("--normalize", action="store_true", help="vectors of length 1")
    parser.add_argument("--batch", type=int, default=32, help="sentences at once (default: 32)")
    parser.add_argument("--compare", help="another .npy of the same lines")
    parser.add_argument("--bound", type=float, default=1e-4, help="largest absolute difference allowed (default: 1e-4)")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)

    device = prompteol.pick_device(args.device)
    sentences = Path(args.input).read_bytes().decode("utf-8").removesuffix("\n").split("\n")
    sentences = [sentence.removesuffix("\r") for sentence in sentences]
    causal, report = prompteol.load_base(args.model, args.precision, device, attention=args.attention)
    result = {"lines": len(sentences), "text_rule": args.rule, "precision": args.precision, "model": report.as_json()}
    ok = report.clean()
    if args.adapter:
        _, report = prompteol.load_adapter(causal, args.adapter)
        result["adapter"] = report.as_json()
        ok = ok and report.clean()

    prompt = prompteol.Prompt(args.model, args.template, args.max_tokens)
    vectors = prompteol.embed(causal, prompt, sentences, args.rule, args.batch, device)
    if args.normalize:
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    result["shape"] = list(vectors.shape)
    if args.output:
        np.save(args.output, vectors)
    if args.compare:
        result["comparison"] = compare(vectors, np.load(args.compare), args.bound)
        ok = ok and result["comparison"]["ok"]
    print(json.dumps({"ok": ok, **result}, indent=2))
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
