"""SentEval's transfer tasks scored by torch and scikit-learn, to compare with `oneword evaluate --tasks transfer`.

The protocol of SentEval (senteval/tools/{classifier,validation}.py, settings of the published tables: ten folds, Adam,
batch 64, tenacity 5, epoch size 4), written anew from its description: a linear layer under cross-entropy, trained by
torch.optim.Adam with the penalty as weight_decay. The vectors are those of oneword, so that only the classifiers differ:

    python bench/senteval.py --model models/opt-mini --data SENTEVAL --work DIR --compare results.json

writes the sentences of each task to DIR/TASK.txt, lets `oneword embed` make DIR/TASK.npy where it is not there yet, and
prints the accuracies and their distance from those of `oneword evaluate --tasks transfer --output results.json`. Exit 1
where one is further off than --bound.
"""

import argparse
import copy
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

SEED = 1111
FOLDS = 10
PENALTIES = [1e-5, 1e-4, 1e-3, 1e-2]
TASKS = ["MR", "CR", "SUBJ", "MPQA", "SST2", "TREC", "MRPC"]
BINARY = {"MR": ("rt-polarity.pos", "rt-polarity.neg"), "CR": ("custrev.pos", "custrev.neg"),
          "SUBJ": ("subj.objective", "subj.subjective"), "MPQA": ("mpqa.pos", "mpqa.neg")}
QUESTIONS = ["ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM"]


class Classifier:
    """Logistic regressions that stop early, one a penalty. They see the same batches, so one pass serves all of them."""

    def __init__(self, width, classes, *penalties):
        self.layers, self.adams = [], []
        for penalty in penalties:
            np.random.seed(SEED)
            torch.manual_seed(SEED)
            self.layers.append(torch.nn.Linear(width, classes))
            self.adams.append(torch.optim.Adam(self.layers[-1].parameters(), weight_decay=penalty, fused=True))

    def epochs(self, x, y, n, active):
        for _ in range(n):
            order = torch.from_numpy(np.random.permutation(len(x)))
            for rows, labels in zip(x[order].split(64), y[order].split(64)):
                for i in active:
                    self.adams[i].zero_grad()
                scores = torch.nn.functional.linear(rows, torch.cat([self.layers[i].weight for i in active]),
                                                    torch.cat([self.layers[i].bias for i in active]))
                scores = scores.reshape(len(rows) * len(active), -1)
                loss = torch.nn.functional.cross_entropy(scores, labels.repeat_interleave(len(active)), reduction="sum")
                (loss / len(rows)).backward()
                for i in active:
                    self.adams[i].step()

    def fit(self, x, y, dev=None):
        """Trains each until its accuracy on the dev part, else on a random twentieth, has often enough not risen."""
        if dev is None:
            order = np.random.permutation(len(x))
            held = int(0.05 * len(x))
            dev, x, y = (x[order[:held]], y[order[:held]]), x[order[held:]], y[order[held:]]
        count = len(self.layers)
        epoch, worse, best, layers = 0, [0] * count, [-1.0] * count, [None] * count
        active = list(range(count))
        while epoch <= 200 and active:
            self.epochs(x, y, 4, active)
            epoch += 4
            for i in list(active):
                accuracy = self.score(*dev, i)
                if accuracy > best[i]:
                    best[i], layers[i] = accuracy, copy.deepcopy(self.layers[i])
                elif worse[i] >= 5:
                    active.remove(i)
                else:
                    worse[i] += 1
        self.layers = layers
        return best

    def predict(self, x, i=0):
        with torch.no_grad():
            return self.layers[i](x).argmax(1)

    def score(self, x, y, i=0):
        return (self.predict(x, i) == y).float().mean(dtype=torch.float64).item()


def folds(y):
    return StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(np.zeros(len(y)), y.numpy())


def chosen(x, y, classes):
    """The penalty that ten folds choose, and its mean accuracy."""
    scores = [Classifier(x.shape[1], classes, *PENALTIES).fit(x[train], y[train], (x[dev], y[dev]))
              for train, dev in folds(y)]
    means = [round(100 * mean, 2) for mean in np.mean(scores, 0)]
    return PENALTIES[int(np.argmax(means))], max(means)


def nested(x, y, classes):
    dev, test = [], []
    for rows, held in folds(y):
        penalty, mean = chosen(x[rows], y[rows], classes)
        classifier = Classifier(x.shape[1], classes, penalty)
        classifier.fit(x[rows], y[rows])
        dev.append(mean)
        test.append(round(100 * classifier.score(x[held], y[held]), 2))
        print(f"  fold {len(test)}: l2 {penalty:g}, dev {dev[-1]}, test {test[-1]}", file=sys.stderr, flush=True)
    return {"accuracy": round(np.mean(test), 2), "dev_accuracy": round(np.mean(dev), 2)}


def cross_validated(train, test, classes):
    (x, y), (test_x, test_y) = train, test
    penalty, mean = chosen(x, y, classes)
    classifier = Classifier(x.shape[1], classes, penalty)
    classifier.fit(x, y)
    return result(classifier, test_x, test_y, mean, classes)


def split(train, dev, test, classes):
    scores = [round(100 * score, 2) for score in Classifier(train[0].shape[1], classes, *PENALTIES).fit(*train, dev)]
    classifier = Classifier(train[0].shape[1], classes, PENALTIES[int(np.argmax(scores))])
    classifier.fit(*train, dev)
    return result(classifier, *test, max(scores), classes)


def result(classifier, x, y, dev, classes):
    found = {"accuracy": round(100 * classifier.score(x, y), 2), "dev_accuracy": dev}
    if classes == 2:
        found["f1"] = round(100 * f1_score(y.numpy(), classifier.predict(x).numpy()), 2)
    return found


def read(name, data):
    """The parts of a task: lists of (sentences, label), each part in SentEval's order."""

    def binary():
        for label, file in zip((1, 0), BINARY[name]):
            for line in (data / name / file).read_text("latin-1").splitlines():
                yield [line], label

    def sentiment(part):
        for line in open(data / f"SST/binary/sentiment-{part}", encoding="utf-8"):
            sentence, label = line.strip().split("\t")
            yield [sentence], int(label)

    def questions(file):
        for line in open(data / "TREC" / file, encoding="latin-1"):
            target, rest = line.strip().split(":", 1)
            yield [rest.split(" ", 1)[1]], QUESTIONS.index(target)

    def paraphrases(part):
        for line in list(open(data / f"MRPC/msr_paraphrase_{part}.txt", encoding="utf-8"))[1:]:
            cells = line.strip().split("\t")
            yield [cells[3], cells[4]], int(cells[0])

    if name in BINARY:
        parts = [binary()]
    elif name == "SST2":
        parts = [sentiment(part) for part in ("train", "dev", "test")]
    elif name == "TREC":
        parts = [questions(file) for file in ("train_5500.label", "TREC_10.label")]
    else:
        parts = [paraphrases(part) for part in ("train", "test")]
    return [sorted(part, key=lambda e: ([len(s.split()) for s in e[0]], e[1])) for part in parts]


def features(part, rows, vectors):
    """The matrix and the labels of a part; a pair is |a - b| and a * b."""
    sides = [torch.from_numpy(vectors[[rows[e[0][side]] for e in part]]) for side in range(len(part[0][0]))]
    x = sides[0] if len(sides) == 1 else torch.cat([(sides[0] - sides[1]).abs(), sides[0] * sides[1]], 1)
    return x, torch.tensor([label for _, label in part])


def score(name, parts):
    classes = 6 if name == "TREC" else 2
    if len(parts) == 1:
        return nested(*parts[0], classes)
    return cross_validated(*parts, classes) if len(parts) == 2 else split(*parts, classes)


def embed(arguments, task, sentences):
    """The vectors of oneword, one a sentence, made where they are not there yet."""
    arguments.work.mkdir(parents=True, exist_ok=True)
    text, made = arguments.work / f"{task}.txt", arguments.work / f"{task}.npy"
    content = "".join(sentence + "\n" for sentence in sentences)
    if not made.exists() or not text.exists() or text.read_bytes() != content.encode("utf-8"):
        text.write_bytes(content.encode("utf-8"))
        command = [str(arguments.oneword), "embed", "--model", arguments.model, "--input", str(text), "--output",
                   str(made)]
        subprocess.run(command + (["--adapter", arguments.adapter] if arguments.adapter else []), check=True)
    return np.load(made)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="models/opt-mini", help="model folder")
    parser.add_argument("--adapter", help="PEFT adapter")
    parser.add_argument("--data", type=Path, required=True, help="SentEval folder that holds downstream/")
    parser.add_argument("--tasks", default=",".join(TASKS), help="names, split by commas (all seven)")
    parser.add_argument("--work", type=Path, required=True, help="folder for sentences and vectors")
    parser.add_argument("--oneword", type=Path, default=Path(__file__).parent.parent / "oneword", help="the launcher")
    parser.add_argument("--compare", type=Path, help="results of `oneword evaluate --output`")
    parser.add_argument("--bound", type=float, default=0.3, help="largest distance in points (0.3)")
    parser.add_argument("--threads", type=int, default=1, help="torch threads (1)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    ours = json.loads(arguments.compare.read_text("utf-8"))["tasks"] if arguments.compare else {}
    furthest = 0.0
    for name in arguments.tasks.split(","):
        print(name, file=sys.stderr, flush=True)
        parts = read(name, arguments.data / "downstream")
        rows = {}
        for sentence in (sentence for part in parts for sentences, _ in part for sentence in sentences):
            rows.setdefault(sentence, len(rows))
        vectors = embed(arguments, name, rows)
        found = score(name, [features(part, rows, vectors) for part in parts])
        if name in ours:
            found["oneword"] = ours[name]["accuracy"]
            found["distance"] = round(abs(found["accuracy"] - found["oneword"]), 2)
            furthest = max(furthest, found["distance"])
        print(json.dumps({name: found}), flush=True)
    sys.exit(1 if furthest > arguments.bound else 0)


if __name__ == "__main__":
    main()
