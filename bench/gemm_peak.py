"""Measures how fast this machine multiplies matrices, in GFLOP/s: what FLOP utilisation is a share of.

python bench/gemm_peak.py                      # fp32 and bf16, 1,024 to 4,096 wide

Square products by torch, the best of --repeats of each size (a peak, so that what else ran does not count), and the best size. Prints
JSON.
"""

import argparse
import json
import time

import torch

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16}


def peak(dtype, sizes, repeats, device):
    """{size: GFLOP/s}"""
    found = {}
    for n in sizes:
        a, b = (torch.randn((n, n), device=device).to(dtype) for _ in range(2))
        best = float("inf")
        for _ in range(repeats + 1):  # the first builds what the library keeps
            start = time.perf_counter()
            a @ b
            if device == "cuda":
                torch.cuda.synchronize()
            best = min(best, time.perf_counter() - start)
        found[n] = 2 * n**3 / best / 1e9
    return found


def measure(precisions=("fp32", "bf16"), sizes=(1024, 2048, 4096), repeats=5, device="cpu"):
    """{precision: {"sizes": {size: GFLOP/s}, "gflops": the best}}"""
    found = {name: peak(PRECISIONS[name], sizes, repeats, device) for name in precisions}
    return {name: {"sizes": rates, "gflops": max(rates.values())} for name, rates in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--precision", nargs="+", choices=PRECISIONS, default=list(PRECISIONS))
    parser.add_argument("--sizes", nargs="+", type=int, default=[1024, 2048, 4096])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, help="CPU threads (default: torch's choice)")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads(), "device": args.device,
                      **measure(args.precision, args.sizes, args.repeats, args.device)}, indent=2))


if __name__ == "__main__":
    main()
