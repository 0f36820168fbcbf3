"""PromptEOL's training with transformers and PEFT: the peer that oneword's speed, losses and adapters are compared with.

python bench/peft_train.py --model models/opt-mini --data ../shared/data/nli/triples_one_per_premise.csv --batch 16 --steps 20 \\
    --precision fp32 --log peer.jsonl --save peer-adapter

Left-padded batches, InfoNCE over the whole batch in fp32, fp32 adapters, torch's AdamW, linear schedule. Without --micro the batch
is one graph; with it GradCache: embed without graph, loss over all embeddings, then micro-batch by micro-batch with graph, the
random state replayed. Batches are consecutive rows (of the file, or shuffled); the last one of an epoch may be short. Prints JSON;
--log gets one object a step with the names of oneword's metrics.jsonl. Tokenising is not timed.
"""

import argparse
import csv
import json
import os
import random
import statistics
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import get_linear_schedule_with_warmup

import prompteol

TARGETS = {"opt": ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"],
           "llama": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]}


def read_rows(path, columns, limit):
    """[(query, positive, hard negative)...], or pairs if the file lacks the third column."""
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        lacking = [column for column in columns[:2] if column not in reader.fieldnames]
        if lacking:
            raise SystemExit(f"{path}: no column {lacking}, only {reader.fieldnames}")
        held = [column for column in columns if column in reader.fieldnames]
        rows = [tuple(row[column] for column in held) for row in reader]
    return rows[:limit]


def batches(count, batch, steps, shuffle):
    """(epoch from 0, row numbers) of each step; shuffle: None or a seed."""
    epoch = 0
    while True:
        order = list(range(count))
        if shuffle is not None:
            random.Random(f"{shuffle} {epoch}").shuffle(order)
        for first in range(0, count, batch):
            if steps == 0:
                return
            yield epoch, order[first : first + batch]
            steps -= 1
        epoch += 1


def infonce(z, rows, temperature, weight):
    """Cross-entropy of cosine(query, [positives | negatives]) / temperature; z holds queries, positives and negatives in turn."""
    logits = torch.nn.functional.cosine_similarity(z[:rows, None], z[None, rows:], dim=-1) / temperature
    if len(z) == 3 * rows and weight:
        logits = logits + torch.nn.functional.pad(weight * torch.eye(rows, device=z.device), (rows, 0))
    return torch.nn.functional.cross_entropy(logits, torch.arange(rows, device=z.device))


class Step:
    """Loss and gradients of one batch of ids, in one graph or by GradCache."""

    def __init__(self, causal, pad, device, args):
        self.causal, self.pad, self.device, self.args = causal, pad, device, args
        self.autocast = args.precision != "fp32"

    def embed(self, rows):
        with torch.autocast(self.device, prompteol.PRECISIONS[self.args.precision], enabled=self.autocast):
            return prompteol.last_token(self.causal, *prompteol.left_padded(rows, self.pad, self.device), self.args.logits)

    def loss(self, z):
        return infonce(z, len(z) // self.roles, self.args.temperature, self.args.hard_negative_weight)

    def run(self, ids, roles):
        """ids: queries, positives and negatives in turn; roles: 2 or 3. Gradients are added to the parameters. Returns the loss."""
        self.roles = roles
        order = sorted(range(len(ids)), key=lambda i: len(ids[i])) if self.args.sort_by_length else list(range(len(ids)))
        place = torch.tensor(order, device=self.device).argsort()
        size = self.args.micro or len(ids)
        parts = [[ids[i] for i in order[first : first + size]] for first in range(0, len(ids), size)]
        if len(parts) == 1:
            loss = self.loss(self.embed(parts[0])[place])
            loss.backward()
            return loss.item()
        states, vectors = [], []
        with torch.no_grad():
            for part in parts:
                states.append(self.random_state())
                vectors.append(self.embed(part))
        z = torch.cat(vectors).requires_grad_()
        loss = self.loss(z[place])
        loss.backward()
        after = self.random_state()
        for part, state, gradient in zip(parts, states, z.grad.split(size)):
            self.restore(state)
            self.embed(part).backward(gradient)
        self.restore(after)
        return loss.item()

    def random_state(self):
        return torch.cuda.get_rng_state() if self.device == "cuda" else torch.get_rng_state()

    def restore(self, state):
        torch.cuda.set_rng_state(state) if self.device == "cuda" else torch.set_rng_state(state)


def adapted(causal, args):
    if args.initial_adapter:
        model, report = prompteol.load_adapter(causal, args.initial_adapter, trainable=True)
        if not report.clean():
            raise SystemExit(f"{args.initial_adapter} does not fit the model: {json.dumps(report.as_json(), indent=2)}")
        for module in model.modules():
            if hasattr(module, "lora_dropout"):
                module.lora_dropout["default"] = torch.nn.Dropout(args.dropout_lora)
        model.peft_config["default"].lora_dropout = args.dropout_lora
        return model
    return get_peft_model(causal, LoraConfig(task_type="CAUSAL_LM", r=args.rank, lora_alpha=args.alpha,
                                             lora_dropout=args.dropout_lora, target_modules=targets(causal, args.targets)))


def targets(causal, names):
    """The linear maps that are named, or all of the model's family, OPT-350M's projections among them."""
    if names:
        return names.split(",")
    known = TARGETS[causal.config.model_type] + ["project_in", "project_out"]
    return [name for name in known if any(module.endswith(f".{name}") for module, _ in causal.named_modules())]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    prompteol.add_common_arguments(parser)
    parser.add_argument("--data", required=True, help="CSV of triples, or pairs")
    parser.add_argument("--columns", default="sent0,sent1,hard_neg")
    parser.add_argument("--limit", type=int, help="first N rows only")
    parser.add_argument("--shuffle", type=int, metavar="SEED", help="shuffle the rows of each epoch (default: file order)")
    parser.add_argument("--batch", type=int, default=64, help="rows a step (default: 64)")
    parser.add_argument("--micro", type=int, default=0, help="sentences a micro-batch, with GradCache; 0: one graph")
    parser.add_argument("--sort-by-length", action="store_true", help="fill micro-batches by length (the original does not)")
    parser.add_argument("--logits", action="store_true", help="compute the logits too, as the original does")
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--alpha", type=float, default=16)
    parser.add_argument("--targets", help="comma-separated (default: all of the family's linear maps, and OPT-350M's projections)")
    parser.add_argument("--initial-adapter", help="PEFT adapter to begin with; --rank, --alpha and --targets are then its own")
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--warmup", type=int, default=100, help="steps")
    parser.add_argument("--weight-decay", type=float, default=0.0)
    parser.add_argument("--max-grad-norm", type=float, default=1.0)
    parser.add_argument("--temperature", type=float, default=0.05)
    parser.add_argument("--hard-negative-weight", type=float, default=0.0)
    parser.add_argument("--max-tokens", type=int, default=32, help="of the bare sentence")
    parser.add_argument("--dropout-model", type=float, help="the model's own (default: as config.json says)")
    parser.add_argument("--dropout-lora", type=float, default=0.05)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--steps", type=int, help="overrides --epochs")
    parser.add_argument("--seed", type=int, default=42, help="of adapter and dropout")
    parser.add_argument("--untimed", type=int, default=1, help="first steps that the rates leave out (default: 1)")
    parser.add_argument("--log", help="metrics.jsonl to write")
    parser.add_argument("--save", help="folder for the trained adapter")
    args = parser.parse_args()
    if args.rank < 1 or args.batch < 1 or args.micro < 0:
        parser.error("--rank and --batch must be at least 1, --micro at least 0")
    if args.precision == "fp16":
        parser.error("--precision fp16 would need loss scaling, which this peer does not have")
    args.alpha = int(args.alpha) if args.alpha == int(args.alpha) else args.alpha
    return args


def clock(device):
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def train(args, device):
    """(one record a step, the trained model)"""
    rows = read_rows(args.data, args.columns.split(","), args.limit)
    steps = args.steps if args.steps is not None else args.epochs * -(-len(rows) // args.batch)
    torch.manual_seed(args.seed)
    causal, report = prompteol.load_base(args.model, args.precision, device, args.dropout_model, args.attention)
    if not report.clean():
        raise SystemExit(f"{args.model} does not fit the model: {json.dumps(report.as_json(), indent=2)}")
    model = adapted(causal, args)
    model.train()
    prompt = prompteol.Prompt(args.model, args.template, args.max_tokens)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=args.lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=args.weight_decay)
    schedule = get_linear_schedule_with_warmup(optimizer, args.warmup, steps)
    step = Step(causal, prompt.pad, device, args)
    records = []
    with open(args.log or os.devnull, "w", encoding="utf-8") as log:
        for number, (epoch, batch) in enumerate(batches(len(rows), args.batch, steps, args.shuffle), start=1):
            roles = len(rows[0])
            ids = [prompt.ids(rows[row][role], "training") for role in range(roles) for row in batch]
            start = clock(device)
            loss = step.run(ids, roles)
            norm = torch.nn.utils.clip_grad_norm_(parameters, args.max_grad_norm).item()
            rate = optimizer.param_groups[0]["lr"]
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            records.append({"step": number, "epoch": epoch, "loss": loss, "learning_rate": rate, "grad_norm": norm,
                            "triples": len(batch), "tokens": sum(map(len, ids)), "seconds": clock(device) - start})
            log.write(json.dumps(records[-1]) + "\n")
            log.flush()
    return records, model


def summary(records, args, device):
    """What a training script prints: rates without the first --untimed steps, memory, and all losses."""
    timed = records[args.untimed :] or records
    seconds = sum(record["seconds"] for record in timed)
    return {
        "triples_per_second": sum(record["triples"] for record in timed) / seconds,
        "tokens_per_second": sum(record["tokens"] for record in timed) / seconds,
        "median_step_seconds": statistics.median(record["seconds"] for record in timed),
        "timed_steps": len(timed), **prompteol.peak_memory(device),
        "arguments": vars(args), "environment": prompteol.environment(device),
        "losses": [record["loss"] for record in records],
        "grad_norms": [record["grad_norm"] for record in records],
    }


def main():
    args = parse()
    if args.threads:
        torch.set_num_threads(args.threads)
    device = prompteol.pick_device(args.device)
    records, model = train(args, device)
    if args.save:
        model.save_pretrained(args.save, save_embedding_layers=False)
    print(json.dumps(summary(records, args, device), indent=2))


if __name__ == "__main__":
    main()
