"""Golden figures of the shared SentEval files for StsReaderTest: no sentence of them, only counts, sums and hashes.

Run from the repository root: python data/src/test/golden/sts.py [SENTEVAL]
Writes data/src/test/resources/golden/sts.json. Reads as SentEval's senteval/sts.py and sick.py do, but for
splitlines(), which would also break lines at other characters. Needs the standard library alone.
"""

import hashlib
import json
import math
import sys
from pathlib import Path

DOWNSTREAM = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/senteval") / "downstream"
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


def year(name):
    folder = DOWNSTREAM / "STS" / f"{name}-en-test"
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


tasks = {name: figures(year(name)) for name in YEARS}
for name, part in (("STSBenchmark", "test"), ("STSBenchmark-dev", "dev"), ("STSBenchmark-train", "train")):
    tasks[name] = figures(columns(DOWNSTREAM / f"STS/STSBenchmark/sts-{part}.csv", 5, 6, 4, 0))
tasks["SICK-R"] = figures(columns(DOWNSTREAM / "SICK/SICK_test_annotated.txt", 1, 2, 3, 1))
Path("data/src/test/resources/golden/sts.json").write_text(json.dumps(tasks, indent=1) + "\n", encoding="ascii")
