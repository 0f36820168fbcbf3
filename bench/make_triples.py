"""Writes a CSV of synthetic training triples of any number, to measure with: columns sent0, sent1, hard_neg.

python bench/make_triples.py --rows 1000000 --output /tmp/million.csv

Sentences are words drawn by Zipf's law from those of --words, 4 to 20 of them, seeded; a text repeats as seldom as its length makes
likely, and every fifth row has the anchor of the row before it, as NLI's premises repeat.
"""

import argparse
import csv
import itertools
import random
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--words", default=str(ROOT / "configs/quickstart/triples.csv"), help="any text to take words from")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    words = sorted(set(re.findall(r"[a-z']+", Path(args.words).read_text(encoding="utf-8").lower())))
    draw = random.Random(args.seed)
    draw.shuffle(words)
    weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(words))))

    def sentence():
        return " ".join(draw.choices(words, cum_weights=weights, k=draw.randint(4, 20))).capitalize() + "."

    anchor = sentence()
    with open(args.output, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["sent0", "sent1", "hard_neg"])
        for row in range(args.rows):
            if row % 5:
                anchor = sentence()
            table.writerow([anchor, sentence(), sentence()])


if __name__ == "__main__":
    main()
