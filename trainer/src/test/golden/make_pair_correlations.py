"""Writes resources/golden/pair_correlations.json: pairs of vectors and gold scores with the correlations that mteb 2.26 reports for them.

python trainer/src/test/golden/make_pair_correlations.py

The vectors are scaled to length 1, as an exported sentence-transformers folder gives them, and go through the distances of mteb's
AnySTSEvaluator (scikit-learn's) and AbsTaskSTS._calculate_scores (scipy).
"""

import json
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import mteb
import numpy as np
from sklearn.metrics.pairwise import paired_cosine_distances, paired_euclidean_distances, paired_manhattan_distances

generator = np.random.default_rng(20261122)
pairs, width = 24, 6
first = (generator.normal(size=(pairs, width)) * generator.uniform(0.5, 20, size=(pairs, 1))).astype(np.float32)
second = (first + generator.normal(size=(pairs, width)) * generator.uniform(0.2, 9, size=(pairs, 1))).astype(np.float32)
a, b = (rows.astype(np.float64) / np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True) for rows in (first, second))
gold = np.round(np.clip(2.5 + 2 * (a * b).sum(axis=1) + generator.normal(size=pairs), 0, 5) * 5) / 5  # with ties
similarities = {
    "cosine_scores": (1 - paired_cosine_distances(a, b)).tolist(),
    "manhattan_distances": (-paired_manhattan_distances(a, b)).tolist(),
    "euclidean_distances": (-paired_euclidean_distances(a, b)).tolist(),
    "similarity_scores": None,
}
task = mteb.get_task("STSBenchmark")
scores = task._calculate_scores(similarities, [task._normalize(score) for score in gold])
golden = {"gold": gold.tolist(), "first": first.tolist(), "second": second.tolist(), "scores": scores}
file = Path(__file__).parent.parent / "resources/golden/pair_correlations.json"
file.write_text(json.dumps(golden) + "\n")
