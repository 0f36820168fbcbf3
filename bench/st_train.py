"""Training steps of sentence-transformers with CachedMultipleNegativesRankingLoss, to compare oneword's speed and memory with.

python bench/st_train.py --model models/opt-mini --data triples.csv --batch 512 --micro 64 --steps 5 --precision bf16

The recipe of peft_train.py: the same rows, prompt, ids and cut, last-token pooling, an adapter of PEFT on the same linear maps, torch's
AdamW, clipping, linear schedule. The loss is called as its own trainer calls it, without that trainer's logging and saving, and gets ids
that were made beforehand. Prints JSON; --log gets one object a step with the names of oneword's metrics.jsonl.
"""

import argparse
import json
import os

import torch
from peft import LoraConfig
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import CachedMultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import get_linear_schedule_with_warmup

import peft_train
import prompteol


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    prompteol.add_common_arguments(parser)
    parser.add_argument("--data", required=True, help="CSV of triples, or pairs")
    parser.add_argument("--columns", default="sent0,sent1,hard_neg")
    parser.add_argument("--limit", type=int, help="first N rows only")
    parser.add_argument("--batch", type=int, default=512, help="rows a step (default: 512)")
    parser.add_argument("--micro", type=int, default=64, help="sentences a mini-batch (default: 64)")
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--alpha", type=int, default=64)
    parser.add_argument("--targets", help="comma-separated (default: all of the family's linear maps)")
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--warmup", type=int, default=100, help="steps")
    parser.add_argument("--max-grad-norm", type=float, default=1.0)
    parser.add_argument("--temperature", type=float, default=0.05)
    parser.add_argument("--max-tokens", type=int, default=32, help="of the bare sentence")
    parser.add_argument("--dropout-model", type=float, default=0.0)
    parser.add_argument("--dropout-lora", type=float, default=0.0)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--untimed", type=int, default=1, help="first steps that the rates leave out (default: 1)")
    parser.add_argument("--log", help="metrics.jsonl to write")
    args = parser.parse_args()
    if args.precision == "fp16":
        parser.error("--precision fp16 would need loss scaling, which this peer does not have")
    return args


def build(args, device):
    """A SentenceTransformer that pools the last token, with a fresh adapter in fp32 over a base in --precision."""
    transformer = Transformer(
        args.model, model_kwargs={"dtype": prompteol.PRECISIONS[args.precision], "attn_implementation": args.attention},
        config_kwargs={"dropout": args.dropout_model})
    model = SentenceTransformer(
        modules=[transformer, Pooling(transformer.get_embedding_dimension(), "lasttoken")], device=device)
    model.add_adapter(LoraConfig(r=args.rank, lora_alpha=args.alpha, lora_dropout=args.dropout_lora,
                                 target_modules=peft_train.targets(transformer.auto_model, args.targets)))
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    model.train()
    return model


def features(rows, pad, device):
    ids, mask = prompteol.left_padded(rows, pad, device)
    return {"input_ids": ids, "attention_mask": mask}


def train(args, device):
    rows = peft_train.read_rows(args.data, args.columns.split(","), args.limit)
    torch.manual_seed(args.seed)
    model = build(args, device)
    loss_function = CachedMultipleNegativesRankingLoss(model, scale=1 / args.temperature, mini_batch_size=args.micro)
    prompt = prompteol.Prompt(args.model, args.template, args.max_tokens)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=args.lr, eps=1e-8, weight_decay=0)
    schedule = get_linear_schedule_with_warmup(optimizer, args.warmup, args.steps)
    records = []
    with open(args.log or os.devnull, "w", encoding="utf-8") as log:
        for number, (epoch, batch) in enumerate(peft_train.batches(len(rows), args.batch, args.steps, None), start=1):
            ids = [[prompt.ids(rows[row][role], "training") for row in batch] for role in range(len(rows[0]))]
            start = peft_train.clock(device)
            with torch.autocast(device, prompteol.PRECISIONS[args.precision], enabled=args.precision != "fp32"):
                loss = loss_function([features(column, prompt.pad, device) for column in ids], None)
                loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(parameters, args.max_grad_norm).item()
            rate = optimizer.param_groups[0]["lr"]
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            records.append({"step": number, "epoch": epoch, "loss": loss.item(), "learning_rate": rate, "grad_norm": norm,
                            "triples": len(batch), "tokens": sum(len(row) for column in ids for row in column),
                            "seconds": peft_train.clock(device) - start})
            log.write(json.dumps(records[-1]) + "\n")
            log.flush()
    return records


def main():
    args = parse()
    if args.threads:
        torch.set_num_threads(args.threads)
    device = prompteol.pick_device(args.device)
    print(json.dumps(peft_train.summary(train(args, device), args, device), indent=2))


if __name__ == "__main__":
    main()
