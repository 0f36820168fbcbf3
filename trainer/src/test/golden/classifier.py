"""Golden results for the classifier's tests: numpy's permutations, torch's layers and Adam steps, scikit-learn's folds,
and whole fits and protocols of bench/senteval.py on small noisy problems.

Run from the repository root: python trainer/src/test/golden/classifier.py
Writes trainer/src/test/resources/golden/classifier.json. Needs torch, numpy and scikit-learn.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.model_selection import StratifiedKFold

sys.path.insert(0, "bench")
import senteval  # noqa: E402

torch.set_num_threads(1)


def problem(seed, n, width, classes, noise):
    """Points around one centre a class, on a grid of 1/16 so that decimal text holds them exactly."""
    random = np.random.RandomState(seed)
    labels = random.randint(0, classes, n)
    centres = 2 * random.standard_normal((classes, width))
    vectors = centres[labels] + 2 * noise * random.standard_normal((n, width))
    return torch.tensor(np.round(vectors * 16) / 16, dtype=torch.float32), torch.tensor(labels)


def data(vectors, labels):
    return {"vectors": vectors.double().tolist(), "labels": labels.tolist(), "classes": int(labels.max()) + 1}


def parts(problem, *ends):
    """A problem cut into parts."""
    return [tuple(tensor[start:end] for tensor in problem) for start, end in zip((0, *ends), ends)]


def rows(layer):
    return torch.cat([layer.weight.detach(), layer.bias.detach()[:, None]], 1).double().tolist()


def random_numbers():
    np.random.seed(1111)
    permutations = [np.random.permutation(n).tolist() for n in (1, 2, 10, 64, 100)]
    torch.manual_seed(1111)
    return {"permutations": permutations, "layer": rows(torch.nn.Linear(5, 3))}


def folds():
    random = np.random.RandomState(3)
    cases = []
    for labels, k in (([0] * 13 + [1] * 20, 10), (random.randint(0, 2, 57), 10), (random.randint(0, 6, 120), 10),
                      (random.choice([4, 1, 0], 41, p=[0.7, 0.2, 0.1]), 5)):
        labels = np.asarray(labels)
        assigned = np.empty(len(labels), int)
        for fold, (_, test) in enumerate(StratifiedKFold(k, shuffle=True, random_state=1111).split(labels, labels)):
            assigned[test] = fold
        cases.append({"labels": labels.tolist(), "folds": k, "assigned": assigned.tolist()})
    return cases


def steps():
    """Weights after one and after fifty steps on batches of 11 rows in file order."""
    cases = []
    for classes, penalty in ((2, 0.01), (4, 0.001)):
        x, y = problem(7, 33, 6, classes, 1.0)
        torch.manual_seed(1111)
        layer = torch.nn.Linear(6, classes)
        adam = torch.optim.Adam(layer.parameters(), weight_decay=penalty)
        case = {"data": data(x, y), "penalty": penalty}
        for step in range(50):
            batch = slice(step % 3 * 11, step % 3 * 11 + 11)
            adam.zero_grad()
            torch.nn.functional.cross_entropy(layer(x[batch]), y[batch]).backward()
            if step == 0:
                gradients = torch.cat([layer.weight.grad, layer.bias.grad[:, None]], 1)
                case["gradients"] = gradients.double().tolist()
            adam.step()
            if step == 0:
                case["after_one"] = rows(layer)
        case["after_fifty"] = rows(layer)
        cases.append(case)
    return cases


def fits():
    cases = []
    for classes in (2, 3):
        x, y = problem(classes, 400, 4, classes, 1.0)
        case = {"data": data(x, y), "fits": []}
        for penalty in senteval.PENALTIES:
            classifier = senteval.Classifier(4, classes, penalty)
            accuracy = classifier.fit(x[:300], y[:300], (x[300:], y[300:]))[0]
            case["fits"].append({"penalty": penalty, "accuracy": accuracy, "weights": rows(classifier.layers[0])})
        classifier = senteval.Classifier(4, classes, 1e-3)
        case["held_out"] = {"accuracy": classifier.fit(x, y)[0], "weights": rows(classifier.layers[0])}
        cases.append(case)
    return cases


def protocols():
    whole = problem(31, 500, 3, 2, 1.0)
    two = parts(problem(32, 600, 3, 3, 0.7), 400, 600)
    three = parts(problem(33, 900, 3, 2, 1.0), 500, 700, 900)
    return {
        "nested": {"parts": [data(*whole)], "outcome": senteval.nested(*whole, 2)},
        "cross_validated": {"parts": [data(*part) for part in two], "outcome": senteval.cross_validated(*two, 3)},
        "split": {"parts": [data(*part) for part in three], "outcome": senteval.split(*three, 2)},
    }


golden = {"random": random_numbers(), "folds": folds(), "steps": steps(), "fits": fits(), "protocols": protocols()}
Path("trainer/src/test/resources/golden/classifier.json").write_text(json.dumps(golden) + "\n", encoding="ascii")
