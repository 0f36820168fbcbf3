"""Times training steps of oneword and of a peer in turn, on the same rows, and prints medians and their ratio.

python bench/paired_training.py --model models/opt-mini --data triples.csv --precision bf16 --pairs 3
python bench/paired_training.py --peer sentence-transformers --batch 1024 --micro 64 --steps 4 --untimed 1 --data triples.csv

The peer is peft_train.py, or st_train.py with sentence-transformers' CachedMultipleNegativesRankingLoss. Each run makes --steps steps
of --batch rows and leaves out the first --untimed; a run's figure is the median of its steps' triples per second, without
loading, tokenising or evaluating. FLOP utilisation is what the step's arithmetic comes to (flops.py) as a share of the speed of matrix
products, which gemm_peak.py measures first. Prints JSON: machine and date, each run's figures, the medians, the ratio of each
pair and their median, and the largest memory of each program.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

import flops
import machine

PEERS = {"peft": "peft_train.py", "sentence-transformers": "st_train.py"}


def figures(path, untimed, cost, peak):
    steps = machine.steps(path, untimed)
    mean_length = sum(row["tokens"] for row in steps) / sum(3 * row["triples"] for row in steps)
    return {"triples_per_second": statistics.median(row["triples"] / row["seconds"] for row in steps),
            "tokens_per_second": statistics.median(row["tokens"] / row["seconds"] for row in steps),
            "flop_utilisation": statistics.median(
                cost.training(row["tokens"], mean_length) / row["seconds"] / 1e9 / peak for row in steps)}


def peer_command(args, log):
    command = [sys.executable, machine.ROOT / "bench" / PEERS[args.peer], "--model", args.model, "--data", args.data,
               "--batch", args.batch, "--steps", args.steps, "--rank", args.rank, "--alpha", args.rank, "--lr", "1e-3",
               "--warmup", 5, "--precision", args.precision, "--dropout-model", args.dropout_model,
               "--dropout-lora", args.dropout_lora, "--log", log]
    return command + (["--micro", args.micro] if args.micro else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=str(machine.ROOT / "models/opt-mini"))
    parser.add_argument("--data", required=True, help="CSV of triples")
    parser.add_argument("--peer", default="peft", choices=PEERS)
    parser.add_argument("--precision", default="bf16", choices=["fp32", "bf16"])
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--micro", type=int, default=0,
                        help="sentences of the peer's micro-batches (default: peft one graph, sentence-transformers 64)")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--untimed", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--dropout-model", type=float, default=0.0)
    parser.add_argument("--dropout-lora", type=float, default=0.0)
    parser.add_argument("--share-prefix", default="auto", choices=["auto", "on", "off"], help="of oneword (default: auto)")
    parser.add_argument("--gradient-cache", default="auto", choices=["auto", "on", "off"], help="of oneword (default: auto)")
    parser.add_argument("--peak", type=float, help="GFLOP/s of matrix products (default: measured first)")
    args = parser.parse_args()
    if args.steps <= args.untimed:
        parser.error("--steps must be more than --untimed")
    settings = {**vars(args)}
    place = machine.describe()
    machine.build()
    peak = args.peak or machine.gemm_peak(args.precision)
    cost = flops.cost(args.model, args.rank)
    runs = {"oneword": [], args.peer: []}
    memory = dict.fromkeys(runs, 0)
    with tempfile.TemporaryDirectory() as area:
        for pair in range(args.pairs):
            ours, metrics = machine.train(area, f"run-{pair}", {
                "model": {"name": str(Path(args.model).resolve()), "precision": args.precision},
                "lora": {"rank": args.rank, "alpha": args.rank, "dropout": args.dropout_lora},
                "data": {"train": str(Path(args.data).resolve()), "shuffle": False},
                "training": {"batch_size": args.batch, "max_steps": args.steps, "learning_rate": 1e-3,
                             "warmup_steps": 5, "model_dropout": args.dropout_model,
                             "share_prefix": args.share_prefix, "gradient_cache": args.gradient_cache}})
            log = Path(area) / f"peer-{pair}.jsonl"
            theirs = machine.measured(peer_command(args, log))
            for name, run, path in (("oneword", ours, metrics), (args.peer, theirs, log)):
                runs[name].append(figures(path, args.untimed, cost, peak))
                memory[name] = max(memory[name], run["peak_mib"])
    ratios = [a["triples_per_second"] / b["triples_per_second"] for a, b in zip(*runs.values())]
    medians = {f"median_{key}": {name: statistics.median(run[key] for run in found) for name, found in runs.items()}
               for key in ("triples_per_second", "tokens_per_second", "flop_utilisation")}
    print(json.dumps({"machine": place, "settings": settings, "gemm_peak_gflops": peak, **runs, "ratios": ratios,
                      "median_ratio": statistics.median(ratios), **medians, "largest_memory_mib": memory}, indent=2))


if __name__ == "__main__":
    main()
