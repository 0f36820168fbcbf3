"""Scores what `oneword export --format sentence-transformers` wrote, with that library and scipy, to compare with `oneword evaluate`.

python bench/export_scores.py --export EXPORT --data SENTEVAL --tasks STSBenchmark-dev,STSBenchmark

Plain sentences go in; prompt and text rule are the export's own. Prints JSON: Spearman × 100 of each task. Offline.
"""

import argparse
import json
from pathlib import Path

import sts
import torch


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--export", required=True, help="exported folder")
    parser.add_argument("--data", type=Path, required=True, help="SentEval folder that holds downstream/")
    parser.add_argument("--tasks", default=",".join(sts.SIZES), help="comma-separated (default: %(default)s)")
    parser.add_argument("--threads", type=int, help="CPU threads (default: torch's choice)")
    args = parser.parse_args()
    from sentence_transformers import SentenceTransformer

    if args.threads:
        torch.set_num_threads(args.threads)
    model = SentenceTransformer(args.export, device="cpu", local_files_only=True)
    for name in args.tasks.split(","):
        pairs = sts.read_task(args.data / "downstream", name)
        sentences = sorted({text for first, second, _ in pairs for text in (first, second)})
        vectors = dict(zip(sentences, model.encode(sentences, batch_size=64, show_progress_bar=False)))
        print(json.dumps({name: {"n": len(pairs), "spearman": sts.spearman(pairs, vectors)}}), flush=True)


if __name__ == "__main__":
    main()
