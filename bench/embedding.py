"""Times embedding: oneword, transformers and sentence-transformers on the same sentences, in turn, each in a process of its own.

python bench/embedding.py --input sentences.txt --precision fp32 --rounds 3

Every program embeds the first --few lines and then all of them; its figure is the difference in sentences over the difference in wall
time, so that starting and loading do not count (they are given too, as the time of the few). The text rule is the evaluation's;
peers get their ids from the same prompt and take sentences of like length together. Prints JSON: machine and date, sentences and
real tokens per second, FLOP utilisation, memory, medians, ratios, and how far the vectors are apart (largest difference of directions
from transformers' in the last round, as 1 - cosine).
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

import flops
import machine

PROGRAMS = ("oneword", "transformers", "sentence-transformers")


def transformers_vectors(args, sentences):
    import prompteol

    causal, report = prompteol.load_base(args.model, args.precision, "cpu", dropout=0)
    if not report.clean():
        raise SystemExit(f"{args.model} does not fit the model: {json.dumps(report.as_json(), indent=2)}")
    return prompteol.embed(causal, prompteol.Prompt(args.model), sentences, "evaluation", args.batch, "cpu")


def sentence_transformers_vectors(args, sentences):
    import prompteol
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    transformer = Transformer(args.model, model_kwargs={"dtype": prompteol.PRECISIONS[args.precision]})
    if transformer.tokenizer.pad_token is None:
        transformer.tokenizer.pad_token = transformer.tokenizer.eos_token
    model = SentenceTransformer(
        modules=[transformer, Pooling(transformer.get_embedding_dimension(), "lasttoken")], device="cpu")
    texts = [prompteol.TEMPLATE.replace("{sentence}", prompteol.Prompt.evaluation_text(text)) for text in sentences]
    return model.encode(texts, batch_size=args.batch, show_progress_bar=False)


def work(args):
    """A peer's part, in a process of its own."""
    import numpy as np
    import torch

    if args.threads:
        torch.set_num_threads(args.threads)
    sentences = Path(args.input).read_text(encoding="utf-8").splitlines()
    vectors = transformers_vectors if args.peer == "transformers" else sentence_transformers_vectors
    np.save(args.output, vectors(args, sentences).astype(np.float32))


def command(args, program, source, output):
    shared = ["--model", args.model, "--input", source, "--output", output, "--precision", args.precision]
    if program == "oneword":
        return [machine.ROOT / "oneword", "embed", "--device", "cpu", *shared]
    threads = ["--threads", args.threads] if args.threads else []
    return [sys.executable, __file__, "--peer", program, "--batch", args.batch, *threads, *shared]


def tokens(args, sentences):
    import prompteol

    prompt = prompteol.Prompt(args.model)
    return [len(prompt.ids(sentence, "evaluation")) for sentence in sentences]


def apart(vectors, others):
    import numpy as np

    a, b = (np.asarray(x, dtype=np.float64) for x in (vectors, others))
    return float((1 - (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).max())


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=str(machine.ROOT / "models/opt-mini"))
    parser.add_argument("--input", required=True, help="sentences, one a line")
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"])
    parser.add_argument("--batch", type=int, default=64, help="sentences that the peers take at once (default: 64)")
    parser.add_argument("--few", type=int, default=64, help="lines of the short run (default: 64)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, help="CPU threads of the peers (default: torch's choice)")
    parser.add_argument("--peak", type=float, help="GFLOP/s of matrix products (default: measured first)")
    parser.add_argument("--peer", choices=PROGRAMS[1:], help=argparse.SUPPRESS)
    parser.add_argument("--output", help=argparse.SUPPRESS)
    return parser, parser.parse_args()


def rounds(args, area, sentences, lengths, peak):
    """{program: [figures of each round]}, {program: largest memory}"""
    few, full = Path(area) / "few.txt", Path(area) / "all.txt"
    few.write_text("\n".join(sentences[: args.few]) + "\n", encoding="utf-8")
    full.write_text("\n".join(sentences) + "\n", encoding="utf-8")
    count, read = len(sentences) - args.few, sum(lengths[args.few :])
    cost = flops.cost(args.model, 0)
    runs, memory = {name: [] for name in PROGRAMS}, dict.fromkeys(PROGRAMS, 0)
    for turn in range(args.rounds):
        for name in PROGRAMS:
            short = machine.measured(command(args, name, few, Path(area) / f"{name}-few-{turn}.npy"))
            long = machine.measured(command(args, name, full, Path(area) / f"{name}-{turn}.npy"))
            seconds = long["seconds"] - short["seconds"]
            runs[name].append({
                "sentences_per_second": count / seconds, "tokens_per_second": read / seconds,
                "flop_utilisation": cost.embedding(read, read / count) / seconds / 1e9 / peak,
                "seconds_of_few": short["seconds"]})
            memory[name] = max(memory[name], long["peak_mib"])
    return runs, memory


def main():
    parser, args = parse()
    if args.peer:
        return work(args)
    sentences = [line for line in Path(args.input).read_text(encoding="utf-8").splitlines() if line.strip()]
    if len(sentences) < 2 * args.few:
        parser.error(f"{args.input} has {len(sentences)} sentences; at least {2 * args.few} are needed")
    import numpy as np

    place = machine.describe()
    machine.build()
    peak = args.peak or machine.gemm_peak(args.precision)
    with tempfile.TemporaryDirectory() as area:
        runs, memory = rounds(args, area, sentences, tokens(args, sentences), peak)
        last = {name: np.load(Path(area) / f"{name}-{args.rounds - 1}.npy") for name in PROGRAMS}
    medians = {f"median_{key}": {name: statistics.median(run[key] for run in found) for name, found in runs.items()}
               for key in next(iter(runs.values()))[0]}
    rates = {name: [run["sentences_per_second"] for run in found] for name, found in runs.items()}
    print(json.dumps({
        "machine": place, "settings": vars(args), "sentences": len(sentences), "gemm_peak_gflops": peak, **runs, **medians,
        "median_ratio": {name: statistics.median(a / b for a, b in zip(rates["oneword"], rates[name]))
                         for name in PROGRAMS[1:]},
        "largest_memory_mib": memory,
        "apart_from_transformers": {name: apart(last[name], last["transformers"])
                                    for name in ("oneword", "sentence-transformers")}}, indent=2))


if __name__ == "__main__":
    main()
