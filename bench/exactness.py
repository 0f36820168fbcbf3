"""Vectors of oneword, of PEFT and of PEFT in float64 for the same lines: how far is each from exact?

python bench/exactness.py --model models/opt-mini                      (makes a seeded adapter; --adapter DIR takes a trained one)

Runs `oneword embed` and transformers with PEFT on the same lines, base and adapter, in fp32. Prints for both, of vectors as the
model gives them: the largest value, the largest difference from float64 of oneword, of PEFT in batches and of PEFT one line at a
time, of PEFT from itself (batches and one at a time), of oneword from PEFT, and the smallest cosine of oneword with float64.
Exit 1 where oneword is further from float64 than --times the further of PEFT's two ways, or names do not match.
"""

import argparse
import copy
import csv
import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, get_peft_model

import prompteol
from export_check import AWKWARD

ROOT = Path(__file__).resolve().parents[1]
TARGETS = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]


def default_lines():
    """Awkward lines, the quickstart's own, and the sentences of its first 36 triples."""
    lines = [line.replace("\n", " ").replace("\r", " ") for line in AWKWARD]
    quickstart = ROOT / "configs" / "quickstart"
    lines += (quickstart / "demo.txt").read_text(encoding="utf-8").splitlines()
    with open(quickstart / "triples.csv", encoding="utf-8", newline="") as file:
        lines += [row[column] for row in itertools.islice(csv.DictReader(file), 36) for column in ("sent0", "sent1", "hard_neg")]
    return list(dict.fromkeys(lines))


def make_adapter(model, folder):
    """A seeded adapter on all six linears, B as large as training makes it; the same every time."""
    torch.manual_seed(7)
    causal, _ = prompteol.load_base(model, "fp32", "cpu")
    adapted = get_peft_model(causal, LoraConfig(task_type="CAUSAL_LM", r=64, lora_alpha=64, lora_dropout=0.0, target_modules=TARGETS))
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0.0, 0.01)
    adapted.save_pretrained(folder, save_embedding_layers=False)


def by_oneword(launcher, model, adapter, lines, folder):
    source, output = Path(folder) / "lines.txt", Path(folder) / "oneword.npy"
    source.write_bytes("".join(line + "\n" for line in lines).encode())
    command = [str(launcher), "embed", "--model", str(model), "--input", str(source), "--output", str(output), "--precision", "fp32",
               "--device", "cpu"]
    run = subprocess.run(command + (["--adapter", str(adapter)] if adapter else []), capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"{' '.join(run.args)}: exit {run.returncode}\n{run.stderr}")
    return np.load(output)


def largest(a, b):
    return float(np.abs(a.astype(np.float64) - b.astype(np.float64)).max())


def smallest_cosine(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    return float(((a * b).sum(1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))).min())


def measure(args, adapter, prompt, lines, folder):
    causal, report = prompteol.load_base(args.model, "fp32", "cpu", attention=args.attention)
    reports = [report]
    if adapter:
        _, report = prompteol.load_adapter(causal, adapter)
        reports.append(report)
    batched, alone = (prompteol.embed(causal, prompt, lines, "evaluation", batch, "cpu") for batch in (args.batch, 1))
    exact = prompteol.embed(copy.deepcopy(causal).double(), prompt, lines, "evaluation", 1, "cpu")
    ours = by_oneword(args.oneword, args.model, adapter, lines, folder)
    result = {
        "largest_value": float(np.abs(exact).max()),
        "oneword_from_float64": largest(ours, exact),
        "peft_in_batches_from_float64": largest(batched, exact),
        "peft_one_line_at_a_time_from_float64": largest(alone, exact),
        "peft_in_batches_from_one_at_a_time": largest(batched, alone),
        "oneword_from_peft_in_batches": largest(ours, batched),
        "smallest_cosine_of_oneword_with_float64": smallest_cosine(ours, exact),
        "names": [report.as_json() for report in reports],
    }
    bound = args.times * max(result["peft_in_batches_from_float64"], result["peft_one_line_at_a_time_from_float64"])
    return {"ok": all(r.clean() for r in reports) and result["oneword_from_float64"] <= bound, "bound": bound, **result}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=ROOT / "models" / "opt-mini", type=Path, help="folder in Hugging Face layout")
    parser.add_argument("--adapter", help="PEFT adapter folder (default: one is made)")
    parser.add_argument("--input", help="UTF-8, one sentence a line (default: awkward lines and the quickstart's)")
    parser.add_argument("--oneword", default=ROOT / "oneword", type=Path, help="the launcher (default: this repository's)")
    parser.add_argument("--batch", type=int, default=32, help="PEFT's lines at once (default: 32)")
    parser.add_argument("--attention", choices=("sdpa", "eager"), default="sdpa")
    parser.add_argument("--times", type=float, default=2.0, help="allowed multiple of PEFT's own largest difference (default: 2)")
    parser.add_argument("--threads", type=int, help="CPU threads (default: torch's choice)")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    args.model = args.model.resolve()
    lines = Path(args.input).read_bytes().decode().removesuffix("\n").split("\n") if args.input else default_lines()
    prompt = prompteol.Prompt(args.model)
    with tempfile.TemporaryDirectory() as folder:
        adapter = args.adapter and Path(args.adapter).resolve()
        if not adapter:
            adapter = Path(folder) / "adapter"
            make_adapter(args.model, adapter)
        result = {"base": measure(args, None, prompt, lines, folder), "adapter": measure(args, adapter, prompt, lines, folder)}
    ok = all(part["ok"] for part in result.values())
    print(json.dumps({"ok": ok, "lines": len(lines), **result, "environment": prompteol.environment("cpu")}, indent=2))
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
