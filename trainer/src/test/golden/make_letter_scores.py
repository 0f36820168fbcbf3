"""Makes resources/golden/letter_scores.json and letter_scores_raw.json: scores of a model anyone can build, on the
SentEval files and on the sets as published (MTEB's form: cased, SICK-R of train, trial and test).

Run:    python trainer/src/test/golden/make_letter_scores.py SENTEVAL RAW
Made by numpy 2, scipy 1.17.1. SENTEVAL is the folder that holds downstream/, RAW the one that holds STS12-en-test.

The vector of a sentence counts its characters a to z. It shares nothing with oneword but the files: they are read here
as the SentEval protocol says, and scored by scipy.stats.spearmanr on cosines in float64.
A row is {task, pairs, spearman (x 100)}.
"""

import json
import sys
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

GOLDEN = Path(__file__).parents[1] / "resources" / "golden"
SUBSETS = {
    "STS12": ["MSRpar", "MSRvid", "SMTeuroparl", "surprise.OnWN", "surprise.SMTnews"],
    "STS13": ["FNWN", "headlines", "OnWN"],
    "STS14": ["deft-forum", "deft-news", "headlines", "images", "OnWN", "tweet-news"],
    "STS15": ["answers-forums", "answers-students", "belief", "headlines", "images"],
    "STS16": ["answer-answer", "headlines", "plagiarism", "postediting", "question-question"],
}


def lines(path):
    return path.read_bytes().decode("utf-8").removesuffix("\n").split("\n")


def year(folder, subsets):
    for subset in subsets:
        texts = lines(folder / f"STS.input.{subset}.txt")
        scores = lines(folder / f"STS.gs.{subset}.txt")
        assert len(texts) == len(scores), subset
        for text, score in zip(texts, scores):
            if score.strip():
                yield *text.split("\t")[:2], float(score)


def benchmark(path):
    for line in lines(path):
        cells = line.rstrip("\r").split("\t")
        yield cells[5], cells[6], float(cells[4])


def sick(path):
    for line in lines(path)[1:]:
        cells = line.split("\t")
        yield cells[1], cells[2], float(cells[3])


def letters(sentence):
    return np.array([sentence.count(chr(c)) for c in range(ord("a"), ord("z") + 1)], dtype=np.float64)


def cosine(a, b):
    # The product under one root makes the cosine of equal vectors exactly 1.
    return (a @ b) / np.sqrt((a @ a) * (b @ b)) if a.any() and b.any() else 0.0


def write(name, sts, sick_files):
    sets = {name: year(sts / f"{name}-en-test", subsets) for name, subsets in SUBSETS.items()}
    sets["STSBenchmark"] = benchmark(sts / "STSBenchmark" / "sts-test.csv")
    sets["SICK-R"] = (pair for file in sick_files for pair in sick(file))
    sets["STSBenchmark-dev"] = benchmark(sts / "STSBenchmark" / "sts-dev.csv")
    rows = []
    for task, pairs in sets.items():
        cosines, gold = zip(*((cosine(letters(a), letters(b)), score) for a, b, score in pairs))
        rows.append({"task": task, "pairs": len(gold), "spearman": 100 * float(spearmanr(cosines, gold).statistic)})
    text = ",\n  ".join(json.dumps(row) for row in rows)
    (GOLDEN / name).write_text(f"[\n  {text}\n]\n")


def main(senteval, raw):
    downstream = Path(senteval) / "downstream"
    files = [downstream / "SICK" / f"SICK_{part}.txt" for part in ("train", "trial", "test_annotated")]
    write("letter_scores.json", downstream / "STS", files[2:])
    write("letter_scores_raw.json", Path(raw), files)


main(*sys.argv[1:])
