"""Golden figures of the shared SentEval files for StsReaderTest: no sentence of them, only counts, sums and hashes.

Run from the repository root: python data/src/test/golden/sts.py [SENTEVAL [RAW]]
Writes data/src/test/resources/golden/sts.json and, of the sets as published (MTEB's form), sts_raw.json. Reads as SentEval's senteval/sts.py and sick.py do, but for
splitlines(), which would also break lines at other characters. Needs the standard library alone.
"""

import hashlib
import json
import math
import sys
from pathlib import Path

DOWNSTREAM = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/senteval") / "downstream"
RAW = Path(sys.argv[2] if len(sys.argv) > 2 else "../shared/data/sts-raw")
YEARS = {
    "STS12": ["MSRpar", "MSRvid", "SMTeuroparl", "surprise.OnWN", "surprise.SMTnews"],
    "STS13": ["FNWN", "headlines", "OnWN"],
    "STS14": ["deft-forum", "deft-news", "headlines", "images", "OnWN", "tweet-news"],
    "STS15": ["answers-forums", "answers-students", "belief", "headlines", "images"],
    "STS16": ["answer-answer", "headlines", "plagiarism", "postediting", "question-question"],
}


def lines(path):
    text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    return text.removesuffix("\n").split("\n")


def year(name, sts):
    folder = sts / f"{name}-en-test"
    for subset in YEARS[name]:
        texts = lines(folder / f"STS.input.{subset}.txt")
        scores = lines(folder / f"STS.gs.{subset}.txt")
        assert len(texts) == len(scores)
        for text, score in zip(texts, scores):
            if score != "":
                first, second = text.split("\t")[:2]
                yield first, second, float(score)


def columns(path, first, second, score, skip):
    for line in lines(path)[skip:]:
        cells = line.split("\t")
        yield cells[first], cells[second], float(cells[score])


def figures(pairs):
    pairs = list(pairs)
    text = "\n".join(f"{a}\t{b}" for a, b, _ in pairs)
    return {"pairs": len(pairs), "score_sum": math.fsum(s for _, _, s in pairs),
            "sha256": hashlib.sha256(text.encode("utf-8")).hexdigest()}


def write(file, sts, sick):
    tasks = {name: figures(year(name, sts)) for name in YEARS}
    for name, part in (("STSBenchmark", "test"), ("STSBenchmark-dev", "dev"), ("STSBenchmark-train", "train")):
        tasks[name] = figures(columns(sts / f"STSBenchmark/sts-{part}.csv", 5, 6, 4, 0))
    tasks["SICK-R"] = figures(pair for part in sick for pair in columns(DOWNSTREAM / f"SICK/SICK_{part}.txt", 1, 2, 3, 1))
    Path(f"data/src/test/resources/golden/{file}").write_text(json.dumps(tasks, indent=1) + "\n", encoding="ascii")


write("sts.json", DOWNSTREAM / "STS", ["test_annotated"])
write("sts_raw.json", RAW, ["train", "trial", "test_annotated"])
