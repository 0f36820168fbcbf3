"""Times training steps of oneword and of the peer in turn, on the same rows, and prints medians and their ratio.

python bench/paired_training.py --model models/opt-mini --data triples.csv --precision bf16 --pairs 3

Each run makes --steps steps of --batch rows and leaves out the first --untimed; a run's figure is the median of its triples
per second of step time, without loading, tokenising or evaluating. Prints JSON: each run's figure, the medians, the ratio of
each pair and their median, and the largest memory of each program.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def steps(path, untimed):
    rows = [json.loads(line) for line in Path(path).read_text().splitlines()]
    rows = [row for row in rows if "loss" in row][untimed:]
    return {"triples_per_second": statistics.median(row["triples"] / row["seconds"] for row in rows),
            "tokens_per_second": statistics.median(row["tokens"] / row["seconds"] for row in rows)}


def measured(command):
    """Runs a command; gives its largest resident memory in MiB."""
    with tempfile.NamedTemporaryFile("r") as note:
        subprocess.run(["/usr/bin/env", "python3", "-c", MEASURE, note.name, *command], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return int(note.read()) // 1024


MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[2:], check=True)
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=str(ROOT / "models/opt-mini"))
    parser.add_argument("--data", required=True)
    parser.add_argument("--precision", default="bf16", choices=["fp32", "bf16"])
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--untimed", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--dropout-model", type=float, default=0.0)
    parser.add_argument("--dropout-lora", type=float, default=0.0)
    args = parser.parse_args()
    ours, peer, memory = [], [], {"oneword": 0, "peer": 0}
    with tempfile.TemporaryDirectory() as area:
        config = Path(area) / "pair.yaml"
        for pair in range(args.pairs):
            config.write_text(json.dumps({
                "model": {"name": str(Path(args.model).resolve()), "precision": args.precision},
                "lora": {"rank": args.rank, "alpha": args.rank, "dropout": args.dropout_lora},
                "data": {"train": str(Path(args.data).resolve()), "shuffle": False},
                "training": {"batch_size": args.batch, "max_steps": args.steps, "learning_rate": 1e-3,
                             "warmup_steps": 5, "model_dropout": args.dropout_model},
                "checkpoint": {"every": 0}, "run": {"root": area, "name": f"run-{pair}"}}))
            memory["oneword"] = max(memory["oneword"], measured([str(ROOT / "oneword"), "train", "--config", str(config)]))
            ours.append(steps(Path(area) / f"run-{pair}" / "metrics.jsonl", args.untimed))
            log = Path(area) / f"peer-{pair}.jsonl"
            memory["peer"] = max(memory["peer"], measured([
                sys.executable, str(ROOT / "bench/peft_train.py"), "--model", args.model, "--data", args.data, "--batch",
                str(args.batch), "--steps", str(args.steps), "--rank", str(args.rank), "--alpha", str(args.rank), "--lr",
                "1e-3", "--warmup", "5", "--precision", args.precision, "--dropout-model", str(args.dropout_model),
                "--dropout-lora", str(args.dropout_lora), "--log", str(log)]))
            peer.append(steps(log, args.untimed))
    ratios = [a["triples_per_second"] / b["triples_per_second"] for a, b in zip(ours, peer)]
    print(json.dumps({
        "settings": vars(args), "oneword": ours, "peer": peer, "ratios": ratios,
        "median_ratio": statistics.median(ratios),
        "median_triples_per_second": {name: statistics.median(run["triples_per_second"] for run in runs)
                                      for name, runs in (("oneword", ours), ("peer", peer))},
        "median_tokens_per_second": {name: statistics.median(run["tokens_per_second"] for run in runs)
                                     for name, runs in (("oneword", ours), ("peer", peer))},
        "largest_memory_mib": memory}, indent=2))


if __name__ == "__main__":
    main()
