"""Makes resources/golden/curve: whole training runs of a tiny OPT with LoRA, as transformers, PEFT and torch do them.

Run:    python trainer/src/test/golden/make_curve.py      (after lora/src/test/golden/make_decoders.py)
Made by transformers 5.23.0, peft 0.21.0, torch 2.11.0 (CPU), safetensors 0.8.0; seeded.

model/                  the model: a copy of lora's golden/decoder/pre-norm
initial/                the adapter before training, as PEFT initialises and saves it (A random, B zero)
rows.json               {"rows": [{"query": [ids], "positive": [ids], "negative": [ids]}, ...]}; no sentence stands twice
RUN.json, RUN/          RUN is plain or weighted. The settings, float32_error (largest relative difference of the losses, norms
                        and final adapter from the same run in float64), and per step {step (from 1), rows, learning_rate, loss
                        before the update, grad_norm before clipping}; in the folder the adapter after the last step.

Batches are consecutive rows; the last one of an epoch is short, then the rows start again. One graph for the whole batch, each
sentence alone (no padding), fp32, no dropout, InfoNCE as in golden.infonce, torch's AdamW on the adapter, transformers' linear
schedule (the first update has learning rate 0), clip_grad_norm_.
"""

import json
import shutil

from golden import GOLDEN, infonce, write_json

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import OPTForCausalLM, get_linear_schedule_with_warmup

CURVE = GOLDEN / "curve"
DECODER = GOLDEN.parents[4] / "lora" / "src" / "test" / "resources" / "golden" / "decoder" / "pre-norm"
PREFIX, SUFFIX = [2, 11, 7], [5, 19, 23]
RUNS = {"plain": dict(max_steps=40, hard_negative_weight=0.0), "weighted": dict(max_steps=15, hard_negative_weight=0.5)}
COMMON = dict(batch_size=8, temperature=0.05, learning_rate=5e-3, warmup_steps=5, weight_decay=0.0, max_grad_norm=1.0)


def make_rows(count, vocabulary):
    """Rows that can be learnt: a positive is a shuffled part of its query, a hard negative shares less and adds foreign ids."""
    generator = torch.Generator().manual_seed(41)

    def integer(low, high):
        return int(torch.randint(low, high, (1,), generator=generator))

    def draw(ids, size):
        return [ids[i] for i in torch.randperm(len(ids), generator=generator)[:size].tolist()]

    def prompt(ids):
        return PREFIX + ids + SUFFIX

    rows, words = [], list(range(24, vocabulary))
    for _ in range(count):
        query = draw(words, integer(3, 13))
        foreign = [word for word in words if word not in query]
        positive = draw(query, max(2, len(query) - integer(0, 3))) + draw(foreign, integer(0, 3))
        negative = draw(query, len(query) // 2) + draw(foreign, integer(2, 6))
        rows.append({"query": prompt(query), "positive": prompt(positive), "negative": prompt(negative)})
    sentences = [tuple(ids) for row in rows for ids in row.values()]
    assert len(set(sentences)) == len(sentences)
    return rows


def make_adapter():
    torch.manual_seed(42)
    model = OPTForCausalLM.from_pretrained(CURVE / "model")
    config = LoraConfig(task_type="CAUSAL_LM", r=4, lora_alpha=8, lora_dropout=0.0,
                        target_modules=["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"])
    save_adapter(get_peft_model(model, config), CURVE / "initial")


def save_adapter(model, folder):
    model.peft_config["default"].base_model_name_or_path = "curve/model"
    model.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink()
    config = json.loads((folder / "adapter_config.json").read_text())
    config["target_modules"].sort()  # PEFT writes a set, in an order that changes from run to run
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2))


def train(rows, settings, dtype):
    """(one record a step, the trained model)"""
    base = OPTForCausalLM.from_pretrained(CURVE / "model", dtype=dtype, attn_implementation="eager")
    model = PeftModel.from_pretrained(base, CURVE / "initial", is_trainable=True, autocast_adapter_dtype=False).to(dtype)
    model.train()
    decoder = model.base_model.model.model
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=settings["learning_rate"], betas=(0.9, 0.999), eps=1e-8,
                                  weight_decay=settings["weight_decay"])
    schedule = get_linear_schedule_with_warmup(optimizer, settings["warmup_steps"], settings["max_steps"])
    records, first = [], 0
    for step in range(1, settings["max_steps"] + 1):
        numbers = list(range(first, min(first + settings["batch_size"], len(rows))))
        first = (numbers[-1] + 1) % len(rows)
        z1, z2, z3 = (torch.stack([decoder(input_ids=torch.tensor([rows[i][role]])).last_hidden_state[0, -1] for i in numbers])
                      for role in ("query", "positive", "negative"))
        loss = infonce(z1, z2, z3, range(len(numbers)), settings["temperature"], settings["hard_negative_weight"])
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, settings["max_grad_norm"])
        records.append({"step": step, "rows": numbers, "learning_rate": optimizer.param_groups[0]["lr"], "loss": loss.item(),
                        "grad_norm": norm.item()})
        optimizer.step()
        schedule.step()
    return records, model


def largest_difference(records, reference, key):
    return max(abs(a[key] - b[key]) / abs(b[key]) for a, b in zip(records, reference))


def make_run(name, rows, settings):
    records, model = train(rows, settings, torch.float32)
    reference, exact = train(rows, settings, torch.float64)
    save_adapter(model, CURVE / name)
    trained = load_file(CURVE / name / "adapter_model.safetensors")
    assert set(trained) == set(load_file(CURVE / "initial" / "adapter_model.safetensors"))
    double = {key.replace(".default", ""): value.detach() for key, value in exact.named_parameters() if value.requires_grad}
    error = {
        "loss": largest_difference(records, reference, "loss"),
        "grad_norm": largest_difference(records, reference, "grad_norm"),
        "adapter": max(float((trained[key].double() - double[key]).abs().max() / double[key].abs().max()) for key in trained),
    }
    write_json(CURVE / f"{name}.json", {**settings, "float32_error": error, "steps": records})
    print(name, error, [round(record["loss"], 3) for record in records], [round(record["grad_norm"], 2) for record in records])


if __name__ == "__main__":
    shutil.rmtree(CURVE, ignore_errors=True)
    (CURVE / "model").mkdir(parents=True)
    for file in ("config.json", "generation_config.json", "model.safetensors"):
        shutil.copyfile(DECODER / file, CURVE / "model" / file)
    make_adapter()
    ROWS = make_rows(60, 97)
    write_json(CURVE / "rows.json", {"rows": ROWS})
    for run, values in RUNS.items():
        make_run(run, ROWS, {**COMMON, **values})
