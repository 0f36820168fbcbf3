"""What a training run costs as it grows: time a triple, memory and start-up against batch size, model size or data size.

python bench/scale.py batch --data triples.csv --sizes 16 64 256 1024 4096 16384 65536
python bench/scale.py model --data triples.csv --models /tmp/opt-125m /tmp/opt-350m /tmp/opt-1.3b      # from make_model.py
python bench/scale.py data --sizes 1000 10000 100000 1000000                                           # makes its own triples

Each point is one run of oneword, alone. Prints JSON: machine and date, and for each point the median seconds of a step a triple (of
batches of full size; --steps of them after --untimed), real tokens a second, FLOP utilisation, the whole process's largest resident
memory, and the seconds outside the steps, start-up above all. A batch larger than the file is refused: oneword moves repeats to later
batches, so a batch is full only where the texts differ (make_triples.py makes any number). `model` adds how long reading each
model's bytes takes, from the page cache if they are there.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import flops
import machine


def reading_seconds(model):
    start = time.perf_counter()
    for path in sorted(Path(model).glob("*.safetensors")):
        with open(path, "rb", buffering=0) as file:
            buffer = bytearray(1 << 22)
            while file.readinto(buffer):
                pass
    return time.perf_counter() - start


def point(args, area, name, model, data, batch, peak):
    steps = args.steps + args.untimed
    whole, metrics = machine.train(area, name, {
        "model": {"name": str(Path(model).resolve()), "precision": args.precision},
        "lora": {"rank": args.rank, "alpha": args.rank, "dropout": 0},
        "data": {"train": str(Path(data).resolve()), "shuffle": False},
        "training": {"batch_size": batch, "max_steps": steps, "learning_rate": 1e-4, "warmup_steps": 0, "model_dropout": 0,
                     **({"micro_batch_tokens": args.micro_batch_tokens} if args.micro_batch_tokens else {})}})
    everything = machine.steps(metrics, 0)
    timed = [row for row in everything[args.untimed :] if row["triples"] == batch]
    if not timed:
        raise SystemExit(f"{data} makes no full batch of {batch} rows after the first {args.untimed}: give more rows")
    mean_length = sum(row["tokens"] for row in timed) / sum(3 * row["triples"] for row in timed)
    cost = flops.cost(model, args.rank)
    return {
        "model": str(model), "batch": batch,
        "seconds_per_triple": statistics.median(row["seconds"] / row["triples"] for row in timed),
        "tokens_per_second": statistics.median(row["tokens"] / row["seconds"] for row in timed),
        "flop_utilisation": statistics.median(
            cost.training(row["tokens"], mean_length) / row["seconds"] / 1e9 / peak for row in timed),
        "peak_mib": whole["peak_mib"],
        "seconds_outside_steps": whole["seconds"] - sum(row["seconds"] for row in everything),
        "losses": [row["loss"] for row in everything]}


def batch_curve(args, area, peak):
    for size in args.sizes:
        yield point(args, area, f"batch-{size}", args.model, args.data, size, peak)


def model_curve(args, area, peak):
    for i, model in enumerate(args.models):
        found = point(args, area, f"model-{i}", model, args.data, args.batch, peak)
        yield {**found, "reading_seconds": reading_seconds(model),
               "model_mib": sum(path.stat().st_size for path in Path(model).glob("*.safetensors")) >> 20}


def data_curve(args, area, peak):
    for size in args.sizes:
        data = Path(area) / f"{size}.csv"
        subprocess.run([sys.executable, str(machine.ROOT / "bench/make_triples.py"), "--rows", str(size), "--output", str(data)],
                       check=True)
        yield {"rows": size, "data_mib": data.stat().st_size >> 20,
               **point(args, area, f"data-{size}", args.model, data, args.batch, peak)}
        data.unlink()


CURVES = {"batch": (batch_curve, [16, 64, 256, 1024, 4096, 16384, 65536]), "model": (model_curve, None),
          "data": (data_curve, [1000, 10000, 100000, 1000000])}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("curve", choices=CURVES)
    parser.add_argument("--model", default=str(machine.ROOT / "models/opt-mini"), help="of batch and data (default: opt-mini)")
    parser.add_argument("--models", nargs="+", help="folders, for the curve of models")
    parser.add_argument("--data", help="CSV of triples, for the curves of batches and models")
    parser.add_argument("--sizes", nargs="+", type=int, help="batch sizes, or numbers of triples")
    parser.add_argument("--batch", type=int, default=64, help="rows a step where it is not what grows (default: 64)")
    parser.add_argument("--steps", type=int, default=3, help="timed steps (default: 3)")
    parser.add_argument("--untimed", type=int, default=1, help="first steps that do not count (default: 1)")
    parser.add_argument("--precision", default="bf16", choices=["fp32", "bf16"])
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--micro-batch-tokens", type=int, help="default: oneword's own")
    parser.add_argument("--peak", type=float, help="GFLOP/s of matrix products (default: measured first)")
    parser.add_argument("--output", help="JSON file, written anew after each point; it is printed in any case")
    args = parser.parse_args()
    if args.curve != "data" and not args.data or args.curve == "model" and not args.models:
        parser.error("the curve of models needs --models and --data, that of batches --data")
    curve, args.sizes = CURVES[args.curve][0], args.sizes or CURVES[args.curve][1]
    result = {"machine": machine.describe(), "settings": vars(args)}
    machine.build()
    peak = result["gemm_peak_gflops"] = args.peak or machine.gemm_peak(args.precision)
    result["points"] = []
    with tempfile.TemporaryDirectory() as area:
        for found in curve(args, area, peak):
            print(f"{found['seconds_per_triple'] * 1e3:.3f} ms a triple, {found['peak_mib']} MiB", file=sys.stderr)
            result["points"].append(found)
            if args.output:
                Path(args.output).write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
