"""STS12-16, STS-B and SICK-R by the SentEval protocol with transformers (+ a PEFT adapter) and scipy's Spearman; prints JSON.

python bench/sts.py --model models/opt-mini --data ../shared/data/senteval
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr

import prompteol

SUBSETS = {
    "STS12": ["MSRpar", "MSRvid", "SMTeuroparl", "surprise.OnWN", "surprise.SMTnews"],
    "STS13": ["FNWN", "headlines", "OnWN"],
    "STS14": ["deft-forum", "deft-news", "headlines", "images", "OnWN", "tweet-news"],
    "STS15": ["answers-forums", "answers-students", "belief", "headlines", "images"],
    "STS16": ["answer-answer", "headlines", "plagiarism", "postediting", "question-question"],
}
SIZES = {"STS12": 3108, "STS13": 1500, "STS14": 3750, "STS15": 3000, "STS16": 1186,
         "STSBenchmark": 1379, "SICK-R": 4927, "STSBenchmark-dev": 1500}
AVERAGED = [name for name in SIZES if name != "STSBenchmark-dev"]


def lines(path):
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    return text.removesuffix("\n").split("\n")


def read_year(folder, year):
    """Pairs of all sub-sets of a year, one list; a blank line of the gold file is a pair without a score and is dropped."""
    pairs = []
    for subset in SUBSETS[year]:
        place = folder / "STS" / f"{year}-en-test"
        texts, scores = lines(place / f"STS.input.{subset}.txt"), lines(place / f"STS.gs.{subset}.txt")
        if len(scores) != len(texts):
            raise SystemExit(f"{place}: {subset} has {len(texts)} pairs and {len(scores)} scores")
        pairs += [(*text.split("\t")[:2], float(score)) for text, score in zip(texts, scores) if score.strip()]
    return pairs


def read_benchmark(folder, part):
    rows = [line.split("\t") for line in lines(folder / "STS" / "STSBenchmark" / f"sts-{part}.csv")]
    return [(row[5], row[6], float(row[4])) for row in rows]


def read_sick(folder):
    rows = [line.split("\t") for line in lines(folder / "SICK" / "SICK_test_annotated.txt")[1:]]
    return [(row[1], row[2], float(row[3])) for row in rows]


def read_task(folder, name):
    if name in SUBSETS:
        return read_year(folder, name)
    if name == "SICK-R":
        return read_sick(folder)
    return read_benchmark(folder, "dev" if name.endswith("-dev") else "test")


def spearman(pairs, vectors):
    """Spearman's rank correlation of the cosines with the scores, times 100."""
    a = np.stack([vectors[first] for first, _, _ in pairs]).astype(np.float64)
    b = np.stack([vectors[second] for _, second, _ in pairs]).astype(np.float64)
    cosines = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return float(spearmanr(cosines, [score for _, _, score in pairs]).statistic) * 100


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    prompteol.add_common_arguments(parser)
    parser.add_argument("--adapter", help="PEFT adapter folder")
    parser.add_argument("--data", required=True, help="SentEval folder: the one that holds downstream, or downstream itself")
    parser.add_argument("--tasks", default=",".join(SIZES), help="comma-separated (default: %(default)s)")
    parser.add_argument("--as", dest="rule", choices=prompteol.TEXT_RULES, default="evaluation", help="text rule")
    parser.add_argument("--batch", type=int, default=64, help="sentences at once (default: 64)")
    parser.add_argument("--output", help="JSON file; it is printed in any case")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)

    device = prompteol.pick_device(args.device)
    folder = Path(args.data)
    folder = folder / "downstream" if (folder / "downstream").is_dir() else folder
    names = args.tasks.split(",")
    unknown = [name for name in names if name not in SIZES]
    if unknown:
        parser.error(f"unknown tasks {unknown}; known: {', '.join(SIZES)}")
    tasks = {name: read_task(folder, name) for name in names}
    for name, pairs in tasks.items():
        if len(pairs) != SIZES[name]:
            print(f"{name}: {len(pairs)} pairs, the protocol has {SIZES[name]}", file=sys.stderr)

    causal, report = prompteol.load_base(args.model, args.precision, device, attention=args.attention)
    reports = {"model": report.as_json()}
    clean = report.clean()
    if args.adapter:
        _, report = prompteol.load_adapter(causal, args.adapter)
        reports["adapter"] = report.as_json()
        clean = clean and report.clean()
    if not clean:
        raise SystemExit(f"the files do not fit the model: {json.dumps(reports, indent=2)}")

    start = time.perf_counter()
    sentences = sorted({text for pairs in tasks.values() for first, second, _ in pairs for text in (first, second)})
    prompt = prompteol.Prompt(args.model, args.template)
    vectors = dict(zip(sentences, prompteol.embed(causal, prompt, sentences, args.rule, args.batch, device)))
    scores = {name: {"n": len(pairs), "spearman": spearman(pairs, vectors)} for name, pairs in tasks.items()}
    result = {"tasks": scores}
    if all(name in scores for name in AVERAGED):
        result["average"] = float(np.mean([scores[name]["spearman"] for name in AVERAGED]))
    result |= {"model": args.model, "adapter": args.adapter, "prompt": args.template, "text_rule": args.rule,
               "precision": args.precision, "sentences": len(sentences), "seconds": time.perf_counter() - start,
               "environment": prompteol.environment(device), **prompteol.peak_memory(device)}
    text = json.dumps(result, indent=2)
    print(text)
    if args.output:
        Path(args.output).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
