"""What training and embedding should cost for each size of OPT: arithmetic, bytes and the times that follow. Nothing is measured here.

python bench/cost_model.py                                    # the tables of docs/cost-model.md
python bench/cost_model.py --peak 860 --utilisation 0.6       # with another CPU; its last table is the prediction to check

Prints Markdown. FLOPs are counted by flops.py, shapes are those of opt_shapes.py, and what is kept for a backward pass is counted
from lora/src/main/resources/oneword/lora/kernel/opt.py; kept_tensors.py checks that count. Plain Python, without torch.
"""

import argparse

import flops
import opt_shapes

RANK = 64
HALF = 2
MASK = 1  # byte of an element that dropout drew for
MICRO_BATCH = 4096
GIB = 1 << 30
NLI_TRIPLES = 275601
H100_FLOPS, H100_BYTES = 989e12, 3.35e12
H100_MEMORY, H100_RESERVED = 78 * GIB, 2 * GIB
MFU = 0.5
RUNTIME = 500 << 20  # of the forecast that --dry-run prints
KEEPS = {"batch": 1, "micro-batch": 2, "layer borders": 3}  # forward passes


def parameters(config):
    """Frozen numbers of an OPT, token and position tables included."""
    d, ffn = config["hidden_size"], config["ffn_dim"]
    layer, outside = flops.linears(config)
    biases, norms = 5 * d + ffn, 4 * d
    return (config["vocab_size"] * config["word_embed_proj_dim"] + (config["max_position_embeddings"] + 2) * d
            + flops.weights(outside) + config["num_hidden_layers"] * (flops.weights(layer) + biases + norms)
            + (2 * d if config["do_layer_norm_before"] else 0))


def keys_and_values(config, device):
    """Bytes of a row's keys and values as attention computes with them: fp32 on a CPU."""
    return 2 * config["hidden_size"] * (4 if device == "cpu" else HALF)


def kept_by_layer(config, rank, device):
    """Bytes a token that a layer but the last keeps for its backward pass in bf16, with or without dropout and shared prefix."""
    states = 6 if config["do_layer_norm_before"] else 7  # input, q, k, v, attention's result, what is added to; the last norm's input
    sums = 4 * config["num_attention_heads"] if device == "cpu" else 0
    return HALF * (states * config["hidden_size"] + config["ffn_dim"] + 6 * rank) + sums


def kept_by_last_layer(config, rank, device, length, dropout=False, copies=0):
    """The same for the last layer, which autograd records: keys and values of all rows, the rest of one row in so many.

    copies: of `shared_copies`.
    """
    d, pre_norm = config["hidden_size"], config["do_layer_norm_before"]
    rank, own = HALF * rank, keys_and_values(config, device)
    maps = 2 * d * (HALF + MASK) if dropout else d * HALF if pre_norm else 0  # behind the first norm; without, the layer's input is theirs
    ffn = config["ffn_dim"] * HALF
    norms = d * HALF * (1 if pre_norm else 2)
    inputs = (3 * d + config["ffn_dim"]) * (HALF + MASK) + 2 * d * MASK if dropout else 3 * d * HALF
    single = own + norms + inputs + ffn + 4 * rank + 4 * config["num_attention_heads"]
    return d * HALF + (copies or own) + maps + 2 * rank + single / length


def shared_copies(config, device, length, prefix, sentences):
    """Bytes a row of keys and values of whole sentences, each behind a copy of the shared prefix's."""
    return keys_and_values(config, device) * length / rows_of(length, prefix, sentences)


def rows_of(length, prefix, sentences):
    """Rows of a sentence, whose first tokens are shared by so many."""
    return length - prefix + prefix / sentences


def in_hand(config, device, length, prefix=0, sentences=1):
    """Most bytes a row that come and go while a layer's gradients are computed, that of its result among them."""
    d = config["hidden_size"]
    if device == "cpu":
        # In bf16 gradients of the result, the residual, attention's result, q, k and v. In fp32 q, attention's result and its gradient, and
        # the gradient of q; keys and values, and their gradients, of whole sentences. All rows at once, as where no lengths differ.
        return 6 * d * HALF + 4 * d * 4 + 2 * shared_copies(config, device, length, prefix, sentences)
    # Gradients of the result, before and behind dropout; as wide as ReLU's result its gradient, its mask and what the mask leaves of it.
    return 2 * d * HALF + config["ffn_dim"] * 3 * HALF


def activations(config, keep, device, tokens, length, dropout=False, prefix=0, sentences=1):
    """Bytes from forward to backward pass of so many tokens, with a layer's gradients on their way in one micro-batch."""
    of_sentence = rows_of(length, prefix, sentences)
    rows = tokens * of_sentence / length
    copies = shared_copies(config, device, length, prefix, sentences) if prefix else 0
    layer = rows * kept_by_layer(config, RANK, device)
    last = rows * kept_by_last_layer(config, RANK, device, of_sentence, dropout, copies)
    hand = rows * min(1, MICRO_BATCH / tokens) * in_hand(config, device, length, prefix, sentences)
    layers = config["num_hidden_layers"]
    if keep == "layer borders":
        return (layers - 2) * rows * config["hidden_size"] * HALF + layer + hand
    return (layers - 1) * layer + last + hand


def fixed(config):
    """Bytes of weights in bf16, and of adapter, gradients and both moments in fp32."""
    return HALF * parameters(config), 16 * flops.cost_of(config, RANK).adapter


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def number(value):
    """Three significant digits, no exponent."""
    if value >= 100:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.{2 if value < 10 else 1}f}" if value >= 0.1 else f"{value:.2g}"


def gib(value):
    return number(value / GIB)


def each():
    return opt_shapes.SHAPES.items()


def sentences_of(args):
    return MICRO_BATCH / args.length


def arithmetic(args):
    print("### Arithmetic\n")
    rows, length, sentences = [], args.length, sentences_of(args)
    for name, config in each():
        cost = flops.cost_of(config, RANK)
        useful = cost.training(1, length)
        triple = 3 * length * useful
        rows.append([
            name, f"{cost.frozen / 1e6:,.0f} M", f"{cost.adapter / 1e6:,.1f} M", number(useful / 1e9), number(triple / 1e12),
            *(f"{3 * flops.executed(config, RANK, length, *how) / triple:.2f}" for how in
              [(0, 1, 1), (args.prefix, sentences, 1), (0, 1, 2), (0, 1, 3)]),
            number(cost.embedding(length, length) / 1e9), number(flops.executed_embedding(config, length) / 1e9)])
    table(["size", "linear maps", "adapter", "useful GFLOP a token", "useful TFLOP a triple", "computed / useful",
           "prefix shared", "micro-batch computed twice", "layer thrice", "embedding, useful GFLOP a sentence", "computed"], rows)


def memory(args):
    print(f"### Bytes, in GiB; activations of a micro-batch of {MICRO_BATCH:,} tokens in bf16, dropout on\n")
    rows = []
    for name, config in each():
        weights, adapter = fixed(config)
        rows.append([name, gib(weights), gib(adapter)] + [
            gib(activations(config, keep, device, MICRO_BATCH, args.length, True))
            for device in ("cpu", "gpu") for keep in ("micro-batch", "layer borders")])
    table(["size", "weights", "adapter, gradients, moments", "CPU: kept", "CPU: recomputed", "GPU: kept", "GPU: recomputed"], rows)


def cpu(args):
    low, high = args.peaks
    print(f"### The CPU: most triples/s at {low:g} to {high:g} GFLOP/s, nothing recomputed\n")
    rows = []
    for name, config in each():
        plain = 3 * flops.executed(config, RANK, args.length)
        shared = 3 * flops.executed(config, RANK, args.length, args.prefix, sentences_of(args))
        embedding = flops.executed_embedding(config, args.length)
        rows.append([name] + [f"{number(low * 1e9 / work)} to {number(high * 1e9 / work)}"
                              for work in (plain, shared, embedding)]
                    + [f"{number(NLI_TRIPLES * plain / high / 1e9 / 3600)} h"])
    table(["size", "triples/s, with dropout", "triples/s, prefix shared", "embedding, sentences/s",
           f"{NLI_TRIPLES:,} triples with dropout, at least"], rows)


def traffic(config, args):
    """Bytes a triple moves on the GPU.

    Weights twice a micro-batch; what is kept, gradients of as much, and what is made on both ways, written and read each time.
    """
    d, ffn = config["hidden_size"], config["ffn_dim"]
    cost = flops.cost_of(config, RANK)
    tokens, layers = 3 * args.length, config["num_hidden_layers"]
    twice = 2 * d * HALF + (5 * d + ffn) * (HALF + MASK) + 2 * d * MASK  # norms' results, inputs of adapters with masks, other masks
    kept = ((layers - 1) * kept_by_layer(config, RANK, "gpu") + kept_by_last_layer(config, RANK, "gpu", args.length, True))
    rows = 4 * kept + 6 * (layers - 1) * twice
    return 2 * HALF * cost.frozen * tokens / MICRO_BATCH + rows * tokens + 28 * cost.adapter / 256


def h100(args):
    print(f"### One H100: 989 TFLOP/s in bf16, 3.35 TB/s, dropout on; {MFU:.0%} MFU is the target\n")
    rows = []
    for name, config in each():
        useful = 3 * flops.cost_of(config, RANK).training(args.length, args.length)
        arithmetic_time = 3 * flops.executed(config, RANK, args.length, device="gpu") / H100_FLOPS
        memory_time = traffic(config, args) / H100_BYTES
        target = MFU * H100_FLOPS / useful
        rows.append([name, number(1e3 * arithmetic_time), number(1e3 * memory_time),
                     number(1 / max(arithmetic_time, memory_time)), number(1 / (arithmetic_time + memory_time)),
                     f"{useful / (arithmetic_time + memory_time) / H100_FLOPS:.0%}", number(target),
                     number(NLI_TRIPLES / target / 60)])
    table(["size", "arithmetic, ms a triple", "memory, ms a triple", "roofline, triples/s", "one after the other, triples/s",
           "MFU of that", f"triples/s at {MFU:.0%} MFU", f"minutes for {NLI_TRIPLES:,}"], rows)


def fitting(args):
    print(f"### What fits: most tokens of a micro-batch on a GPU of 80 GB ({(H100_MEMORY - H100_RESERVED) // GIB} GiB of use)\n")
    rows = []
    for name, config in each():
        left = H100_MEMORY - H100_RESERVED - sum(fixed(config))
        cells = []
        for keep in ("micro-batch", "layer borders"):
            most = left / activations(config, keep, "gpu", 1, args.length, True)
            cells.append(f"{most // 100 * 100:,.0f}" if most >= 100 else "does not fit")
        rows.append([name, gib(sum(fixed(config))), gib(max(left, 0)) if left > 0 else "none", *cells])
    table(["size", "weights and adapter, GiB", "left, GiB", "kept", "recomputed"], rows)


def kept_by_plan(config, batch, physical):
    """Whether a run begins with keeping the whole batch, by the rule and the estimate of oneword's MemoryPlan."""
    tokens = 3 * batch * (32 + 48 // 3)
    estimate = config["num_hidden_layers"] * kept_by_layer(config, RANK, "cpu")
    return "batch" if tokens * estimate <= (physical - HALF * parameters(config)) / 2 else "micro-batch"


def check(args):
    print(f"### Prediction: batch {args.batch}, bf16, no dropout, {args.check_length:g} tokens a sentence, "
          f"{args.peak:g} GFLOP/s, utilisation {args.utilisation:g}\n")
    rows, length = [], args.check_length
    for name in ("opt-125m", "opt-350m", "opt-1.3b"):
        config = opt_shapes.SHAPES[name]
        keep = kept_by_plan(config, args.batch, args.memory * GIB)
        batch = 3 * args.batch * length
        tokens = batch if keep == "batch" else min(batch, MICRO_BATCH)
        sentences = min(batch, MICRO_BATCH) / length
        work = 3 * flops.executed(config, RANK, length, args.check_prefix, sentences, KEEPS[keep])
        speed = args.peak * 1e9 * args.utilisation / work
        useful = 3 * flops.cost_of(config, RANK).training(length, length)
        needed = sum(fixed(config)) + RUNTIME + activations(
            config, keep, "cpu", tokens, length, False, args.check_prefix, sentences)
        rows.append([name, keep, number(speed), "not measured yet", f"{speed * useful / args.peak / 1e9:.2f}",
                     "not measured yet", gib(needed), "not measured yet"])
    table(["size", "kept of", "triples/s, predicted", "measured", "flop_utilisation, predicted", "measured",
           "memory in GiB, predicted", "measured"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--length", type=float, default=23.285, help="mean tokens a sentence (default: OPT's tokenizer on NLI)")
    parser.add_argument("--prefix", type=float, default=4.647, help="mean tokens that a micro-batch's sentences share")
    parser.add_argument("--peaks", type=float, nargs=2, default=[780, 940], metavar="GFLOPS", help="range of the CPU's GEMM peak")
    parser.add_argument("--peak", type=float, default=860, metavar="GFLOPS", help="CPU's GEMM peak of the prediction")
    parser.add_argument("--utilisation", type=float, default=0.6, help="share of it that what is computed reaches")
    parser.add_argument("--batch", type=int, default=64, help="rows a step of the prediction (default: 64)")
    parser.add_argument("--memory", type=float, default=24, metavar="GIB", help="of the CPU's machine (default: 24)")
    parser.add_argument("--check-length", type=float, default=27.915, help="tokens a sentence of the prediction (opt-mini's tokenizer)")
    parser.add_argument("--check-prefix", type=float, default=5.905, help="shared tokens of the prediction")
    args = parser.parse_args()
    for part in (arithmetic, memory, cpu, h100, fitting, check):
        part(args)


if __name__ == "__main__":
    main()
