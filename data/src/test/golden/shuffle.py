"""Golden permutations for ShuffleTest, from the definition of SplitMix64 and of the shuffle in Shuffle's javadoc.

Run from the repository root: python data/src/test/golden/shuffle.py
Writes data/src/test/resources/golden/shuffle.json. Needs the standard library alone.
"""

import json
from pathlib import Path

MASK = (1 << 64) - 1


class SplitMix64:
    """Steele, Lea and Flood (2014), constants of Stafford's variant 13, as in Vigna's splitmix64.c."""

    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)


def permutation(n, seed, epoch):
    random = SplitMix64(SplitMix64(seed).next() + epoch)
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = (random.next() >> 1) * (i + 1) >> 63
        order[i], order[j] = order[j], order[i]
    return order


assert SplitMix64(1234567).next() == 6457827717110365317  # published test vector of splitmix64.c
cases = [{"n": n, "seed": seed, "epoch": epoch, "order": permutation(n, seed, epoch)}
         for n, seed, epoch in [(1, 42, 0), (2, 42, 0), (10, 42, 0), (10, 42, 1), (10, 43, 0), (10, -1, 7),
                                (100, 0, 0), (100, -(1 << 63), 3)]]
Path("data/src/test/resources/golden/shuffle.json").write_text(json.dumps(cases) + "\n", encoding="ascii")
