"""Lets mteb itself read the results that `oneword leaderboard --mteb DIR` wrote, and score the exported model on the same data.

oneword train --config quickstart.yaml --set run.name=quickstart --set training.max_steps=5
oneword export --checkpoint runs/quickstart --format sentence-transformers --output my-encoder
oneword leaderboard --config my.yaml --mteb results                 # an entry with that adapter, tasks in their form for MTEB
python bench/mteb_check.py --results results --model oneword/NAME --export my-encoder --raw STS_RAW --sick SICK

First every result is read by mteb's ResultCache and TaskResult. Then, for each task of --tasks, mteb's own task object is filled from
the local files (its data set is on the hub), and mteb.evaluate scores the sentence-transformers folder on it. All eight correlations
of a result must equal mteb's to --bound points. --first N scores the first N pairs only and then only prints mteb's numbers.

Prints JSON; exit 1 if a result cannot be read or differs. Needs mteb 2.26, sentence-transformers 6.2 and datasets besides
requirements.txt.
"""

import argparse
import json
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
warnings.filterwarnings("ignore", category=UserWarning, module="mteb")

import sts  # noqa: E402  the readers of this folder

METRICS = ["pearson", "spearman", "cosine_pearson", "cosine_spearman", "manhattan_pearson", "manhattan_spearman",
           "euclidean_pearson", "euclidean_spearman"]


def read_results(folder):
    """What mteb makes of the folder: {model: {task: main score}}; raises where it cannot read a file."""
    from mteb import ResultCache

    cache = ResultCache(folder)
    found = {}
    results = cache.load_results(include_remote=False, validate_and_filter=True)
    for model in results.join_revisions().model_results:
        meta = cache._load_model_meta_from_cache(model.model_name, model.model_revision)
        if meta is None or meta.name != model.model_name:
            raise SystemExit(f"mteb does not read the model_meta.json of {model.model_name}")
        found[model.model_name] = {"revision": model.model_revision, "similarity": meta.similarity_fn_name.value,
                                   "tasks": {result.task_name: result.get_score() for result in model.task_results}}
    written = sum(1 for file in Path(folder).glob("results/*/*/*.json") if file.name != "model_meta.json")
    if written != sum(len(model.task_results) for model in results.model_results):
        raise SystemExit(f"{folder} holds {written} results, of which mteb reads some only")
    return found


def pairs_of(name, raw, sick):
    """The pairs of a task in MTEB's form: as published, SICK-R all three parts."""
    if name in sts.SUBSETS:
        pairs = []
        for subset in sts.SUBSETS[name]:
            place = raw / f"{name}-en-test"
            texts, scores = sts.lines(place / f"STS.input.{subset}.txt"), sts.lines(place / f"STS.gs.{subset}.txt")
            pairs += [(*text.split("\t")[:2], float(score)) for text, score in zip(texts, scores, strict=True) if score.strip()]
        return pairs
    if name == "SICK-R":
        files = ["SICK_train.txt", "SICK_trial.txt", "SICK_test_annotated.txt"]
        rows = [line.split("\t") for file in files for line in sts.lines(sick / file)[1:]]
        return [(row[1], row[2], float(row[3])) for row in rows]
    rows = [line.split("\t") for line in sts.lines(raw / "STSBenchmark" / "sts-test.csv")]
    return [(row[5], row[6], float(row[4])) for row in rows]


def score_with_mteb(model, name, pairs, batch):
    import mteb
    from datasets import Dataset, DatasetDict

    task = mteb.get_task(name)
    first, second, score = (list(column) for column in zip(*pairs))
    task.dataset = DatasetDict({"test": Dataset.from_dict({"sentence1": first, "sentence2": second, "score": score})})
    task.data_loaded = True
    result = mteb.evaluate(model, task, cache=None, co2_tracker=False, encode_kwargs={"batch_size": batch}, show_progress_bar=False)
    return result.task_results[0].scores["test"][0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", required=True, help="what `oneword leaderboard --mteb` wrote")
    parser.add_argument("--model", help="whose results belong to --export (default: the only one there)")
    parser.add_argument("--export", help="sentence-transformers folder to be scored by mteb (default: only read the results)")
    parser.add_argument("--raw", type=Path, help="folder with STS12-en-test … STSBenchmark as published")
    parser.add_argument("--sick", type=Path, help="folder with SICK_train.txt, SICK_trial.txt, SICK_test_annotated.txt")
    parser.add_argument("--tasks", default="STS16,STSBenchmark", help="comma-separated (default: %(default)s)")
    parser.add_argument("--first", type=int, default=0, help="only so many pairs of each task (default: all)")
    parser.add_argument("--batch", type=int, default=32, help="sentences at once (default: %(default)s)")
    parser.add_argument("--bound", type=float, default=0.01, help="largest allowed difference, in points (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=0, help="torch's threads (default: as it likes)")
    arguments = parser.parse_args()

    import torch

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    report = {"read": read_results(arguments.results), "scored": {}}
    if arguments.export:
        from mteb import ResultCache
        from sentence_transformers import SentenceTransformer

        name = arguments.model or next(iter(report["read"]))
        if len(report["read"]) > 1 and not arguments.model:
            raise SystemExit("several models there; name one with --model: " + ", ".join(report["read"]))
        model = SentenceTransformer(arguments.export, device="cpu", local_files_only=True)
        cache = ResultCache(arguments.results)
        for task in arguments.tasks.split(","):
            pairs = pairs_of(task, arguments.raw, arguments.sick)
            theirs = score_with_mteb(model, task, pairs[:arguments.first or None], arguments.batch)
            entry = {"pairs": len(pairs[:arguments.first or None]), "mteb": {key: 100 * theirs[key] for key in METRICS}}
            if not arguments.first:
                written = cache.load_task_result(task, name, report["read"][name]["revision"], raise_if_not_found=True)
                ours = written.scores["test"][0]
                entry["oneword"] = {key: 100 * ours[key] for key in METRICS}
                entry["largest_difference"] = max(abs(100 * ours[key] - 100 * theirs[key]) for key in METRICS + ["main_score"])
                entry["ok"] = entry["largest_difference"] <= arguments.bound
            report["scored"][task] = entry
    print(json.dumps(report, indent=2))
    sys.exit(0 if all(entry.get("ok", True) for entry in report["scored"].values()) else 1)


if __name__ == "__main__":
    main()
