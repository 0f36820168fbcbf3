"""Golden figures of the shared SentEval transfer files for TransferReaderTest: no sentence of them, only counts and
hashes.

Run from the repository root: python data/src/test/golden/transfer.py [SENTEVAL]
Writes data/src/test/resources/golden/transfer.json. Reads and sorts as SentEval's senteval/{binary,sst,trec,mrpc}.py
do. Needs the standard library alone.
"""

import hashlib
import json
import sys
from pathlib import Path

DOWNSTREAM = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/senteval") / "downstream"
BINARY = {"MR": ("rt-polarity.pos", "rt-polarity.neg"), "CR": ("custrev.pos", "custrev.neg"),
          "SUBJ": ("subj.objective", "subj.subjective"), "MPQA": ("mpqa.pos", "mpqa.neg")}
QUESTIONS = ["ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM"]


def binary(name):
    for label, file in zip((1, 0), BINARY[name]):
        for line in (DOWNSTREAM / name / file).read_text("latin-1").splitlines():
            yield [line.split()], label


def sentiment(part):
    with open(DOWNSTREAM / f"SST/binary/sentiment-{part}", encoding="utf-8") as lines:
        for line in lines:
            sentence, label = line.strip().split("\t")
            yield [sentence.split()], int(label)


def questions(file):
    with open(DOWNSTREAM / "TREC" / file, encoding="latin-1") as lines:
        for line in lines:
            target, rest = line.strip().split(":", 1)
            yield [rest.split(" ", 1)[1].split()], QUESTIONS.index(target)


def paraphrases(part):
    with open(DOWNSTREAM / f"MRPC/msr_paraphrase_{part}.txt", encoding="utf-8") as lines:
        for line in list(lines)[1:]:
            cells = line.strip().split("\t")
            yield [cells[3].split(), cells[4].split()], int(cells[0])


def figures(examples):
    ordered = sorted(examples, key=lambda e: ([len(sentence) for sentence in e[0]], e[1]))
    text = "\n".join("\t".join([" ".join(s) for s in sentences] + [str(label)]) for sentences, label in ordered)
    labels = [label for _, label in ordered]
    return {"examples": len(ordered), "labels": [labels.count(k) for k in range(max(labels) + 1)],
            "sha256": hashlib.sha256(text.encode("utf-8")).hexdigest()}


tasks = {name: {"train": figures(binary(name))} for name in BINARY}
tasks["SST2"] = {part: figures(sentiment(part)) for part in ("train", "dev", "test")}
tasks["TREC"] = {"train": figures(questions("train_5500.label")), "test": figures(questions("TREC_10.label"))}
tasks["MRPC"] = {part: figures(paraphrases(part)) for part in ("train", "test")}
Path("data/src/test/resources/golden/transfer.json").write_text(json.dumps(tasks, indent=1) + "\n", encoding="ascii")
