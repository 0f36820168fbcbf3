"""Makes resources/golden/vectors.npy and vectors_shortest.json.

Run:    python trainer/src/test/golden/make_vectors.py
Made by numpy 2; seeded.

vectors.npy            [64, 5] float32 of all sizes, by numpy.save.
vectors_shortest.json  for each of these numbers the shortest decimal digits that give it back, by numpy, without sign,
                       point, exponent and the zeros around.
"""

import json
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parents[1] / "resources" / "golden"

random = np.random.default_rng(44)
vectors = (random.standard_normal((64, 5)) * 10.0 ** random.integers(-30, 30, (64, 5))).astype(np.float32)
vectors[0] = [0, 1, -0.1, np.finfo(np.float32).max, 2**-130]
vectors[1] = [2**-44, 2**-126, 2**24, 3.4e10, 1e-3]
np.save(GOLDEN / "vectors.npy", vectors)


def digits(value):
    return np.format_float_scientific(value, unique=True, trim="-").lstrip("-").split("e")[0].replace(".", "").strip("0")


text = ",\n ".join(json.dumps([digits(value) for value in row]) for row in vectors)
(GOLDEN / "vectors_shortest.json").write_text(f"[{text}]\n")
