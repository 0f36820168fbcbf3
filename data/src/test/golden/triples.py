"""Golden files for TripleReaderTest and TripleFormationTest, made by Python's csv and json modules.

Run from the repository root: python data/src/test/golden/triples.py [NLI_PAIRS_TSV_XZ]
Writes data/src/test/resources/golden/{triples.csv,triples.jsonl,triples-expected.json,formation.json}. Needs the
standard library alone. formation.json holds counts of the shared nli_pairs.tsv.xz, none of its text.
"""

import csv
import json
import lzma
import sys
from collections import defaultdict
from pathlib import Path

OUT = Path("data/src/test/resources/golden")
ROWS = [
    ("A plain sentence.", "Another one.", "A third."),
    ("With, comma", 'With "quotes" inside', '"quoted wholly"'),
    ("Two\nlines", "carriage\r\nreturn", "\ttab and  spaces "),
    ("\u65e5\u672c\u8a9e", "\U0001f600 emoji", "\u0645\u0631\u062d\u0628\u0627"),
    ('"', '""', ","),
    ("line\u2028separator", "next\u0085line", "no\u00a0break"),
    ("no hard negative", "empty cell", ""),
    (" leading", "trailing ", "#hash"),
]


def files():
    header = ["id", "hard_neg", "sent0", "sent1"]
    with open(OUT / "triples.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        for number, (anchor, positive, negative) in enumerate(ROWS):
            writer.writerow([number, negative, anchor, positive])
    with open(OUT / "triples.jsonl", "w", encoding="utf-8", newline="") as out:
        for number, (anchor, positive, negative) in enumerate(ROWS):
            row = {"id": number, "sent0": anchor, "sent1": positive, "hard_neg": negative}
            out.write(json.dumps(row, ensure_ascii=number % 2 == 0) + "\n")
    (OUT / "triples-expected.json").write_text(json.dumps(ROWS, indent=1) + "\n", encoding="ascii")


def formation(path):
    premises = defaultdict(lambda: defaultdict(set))
    counts = dict.fromkeys(["read", "without_gold_label", "empty", "duplicates", "same_text"], 0)
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        next(lines)
        for line in lines:
            _, premise, hypothesis, label = line.rstrip("\n").split("\t")
            counts["read"] += 1
            if label == "-":
                counts["without_gold_label"] += 1
            elif not premise.strip() or not hypothesis.strip():
                counts["empty"] += 1
            elif premise == hypothesis:
                premises[premise]
                counts["same_text"] += 1
            elif label in premises[premise][hypothesis]:
                counts["duplicates"] += 1
            else:
                premises[premise][hypothesis].add(label)
    one = pairs = lacking_e = lacking_c = several = 0
    for hypotheses in premises.values():
        several += sum(len(labels) > 1 for labels in hypotheses.values())
        entailed = sum(labels == {"entailment"} for labels in hypotheses.values())
        contradicted = sum(labels == {"contradiction"} for labels in hypotheses.values())
        lacking_e += entailed == 0
        lacking_c += contradicted == 0
        one += min(entailed, contradicted) > 0
        pairs += min(entailed, contradicted)
    counts.update(several_labels=several, premises=len(premises), without_entailment=lacking_e,
                  without_contradiction=lacking_c, triples_one=one, triples_all=pairs)
    (OUT / "formation.json").write_text(json.dumps(counts, indent=1) + "\n", encoding="ascii")
    print(counts)


files()
formation(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/nli/nli_pairs.tsv.xz")
