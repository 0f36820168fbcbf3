"""Makes resources/golden/curves: runs of 100 steps, llama's of 50, by transformers, PEFT and torch, with PEFT's own spread at each step.

Run:    python trainer/src/test/golden/make_long_curves.py      (after make_curve.py and lora's make_decoders.py)
Made by transformers 5.23.0, peft 0.21.0, torch 2.11.0 (CPU), safetensors 0.8.0; seeded.

rows.json               {"rows": [{"query": [ids], "positive": [ids], "negative": [ids]}, ...]}; no sentence stands twice
initial/MODEL/          the adapter before training, as PEFT initialises and saves it, over lora's golden/decoder/MODEL
RUN.json                the settings and, per step, {step (from 1), rows, learning_rate, loss before the update and grad_norm before
                        clipping in float64, spread: {"loss", "grad_norm"}}
RUN.safetensors         the adapter after the last step of the float64 run (stored as float32), and adapter_spread in RUN.json: the
                        largest difference of a fp32 run's matrix from it, in the Frobenius norm, relative to the matrix's

The spread of a step is the largest relative difference from float64 among PEFT's ways of computing the same run in fp32: each
sentence alone, one graph; the batch left-padded, one graph; left-padded with sdpa attention; GradCache over micro-batches of 4
and of 7 sentences in order of length. Rounding differs between them and grows from step to step, since AdamW divides small
gradients by their size.

Batches are consecutive rows; the last one of an epoch is short, then the rows start again. No dropout, InfoNCE as in
golden.infonce, torch's AdamW on the adapter, transformers' linear schedule (the first update has learning rate 0),
clip_grad_norm_.
"""

import json
import shutil

from golden import GOLDEN, infonce, write_json
from make_curve import make_rows

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, get_linear_schedule_with_warmup

CURVES = GOLDEN / "curves"
DECODERS = GOLDEN.parents[4] / "lora" / "src" / "test" / "resources" / "golden" / "decoder"
SIX = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]
SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
TARGETS = {"pre-norm": SIX, "post-norm-projected": SIX + ["project_in", "project_out"], "llama": SEVEN}
ROLES = ("query", "positive", "negative")
COMMON = dict(model="pre-norm", batch_size=8, roles=3, hard_negative_weight=0.0, temperature=0.05, max_steps=100,
              learning_rate=1e-3, warmup_steps=10, weight_decay=0.0, max_grad_norm=1.0)
RUNS = {
    "plain": {},
    "weighted": dict(hard_negative_weight=0.5),
    "post-norm-projected": dict(model="post-norm-projected"),
    "pairs": dict(roles=2),
    "one-row": dict(batch_size=1, temperature=0.5),
    "llama": dict(model="llama", max_steps=50),
}
WAYS = [dict(), dict(padded=True), dict(padded=True, attention="sdpa"), dict(micro=4), dict(micro=7)]


def make_adapter(model):
    torch.manual_seed(43)
    adapted = get_peft_model(AutoModelForCausalLM.from_pretrained(DECODERS / model), LoraConfig(
        task_type="CAUSAL_LM", r=4, lora_alpha=8, lora_dropout=0.0, target_modules=TARGETS[model]))
    adapted.peft_config["default"].base_model_name_or_path = f"decoder/{model}"
    folder = CURVES / "initial" / model
    adapted.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink()
    config = json.loads((folder / "adapter_config.json").read_text())
    config["target_modules"].sort()  # PEFT writes a set, in an order that changes from run to run
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2))


def embed(decoder, sentences, padded):
    if not padded:
        return torch.stack([decoder(input_ids=torch.tensor([ids])).last_hidden_state[0, -1] for ids in sentences])
    width = max(map(len, sentences))
    ids = torch.tensor([[1] * (width - len(row)) + row for row in sentences])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in sentences])
    return decoder(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state[:, -1]


def backward(decoder, sentences, loss_of, padded, micro):
    """Adds the gradients of the step; returns its loss."""
    if not micro:
        loss = loss_of(embed(decoder, sentences, padded))
        loss.backward()
        return loss.item()
    order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))
    parts = [order[first : first + micro] for first in range(0, len(order), micro)]
    with torch.no_grad():
        vectors = torch.cat([embed(decoder, [sentences[i] for i in part], True) for part in parts])
    vectors.requires_grad_()
    loss = loss_of(vectors[torch.tensor(order).argsort()])
    loss.backward()
    for part, gradient in zip(parts, vectors.grad.split(micro)):
        embed(decoder, [sentences[i] for i in part], True).backward(gradient)
    return loss.item()


def train(rows, settings, dtype, padded=False, attention="eager", micro=0):
    """(one record a step, {name in the adapter file: trained matrix})"""
    base = AutoModelForCausalLM.from_pretrained(DECODERS / settings["model"], dtype=dtype, attn_implementation=attention)
    model = PeftModel.from_pretrained(base, CURVES / "initial" / settings["model"], is_trainable=True,
                                      autocast_adapter_dtype=False).to(dtype)
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            assert module.p == 0
    assert getattr(base.config, "dropout", 0) == 0 and base.config.attention_dropout == 0
    decoder = base.model
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=settings["learning_rate"], betas=(0.9, 0.999), eps=1e-8,
                                  weight_decay=settings["weight_decay"])
    schedule = get_linear_schedule_with_warmup(optimizer, settings["warmup_steps"], settings["max_steps"])
    records, first = [], 0
    for step in range(1, settings["max_steps"] + 1):
        numbers = list(range(first, min(first + settings["batch_size"], len(rows))))
        first = (numbers[-1] + 1) % len(rows)
        sentences = [rows[i][role] for role in ROLES[: settings["roles"]] for i in numbers]

        def loss_of(z):
            z = z.split(len(numbers))
            return infonce(z[0], z[1], z[2] if len(z) == 3 else None, range(len(numbers)), settings["temperature"],
                           settings["hard_negative_weight"])

        optimizer.zero_grad()
        loss = backward(decoder, sentences, loss_of, padded, micro)
        norm = torch.nn.utils.clip_grad_norm_(parameters, settings["max_grad_norm"])
        records.append({"step": step, "rows": numbers, "learning_rate": optimizer.param_groups[0]["lr"], "loss": loss,
                        "grad_norm": norm.item()})
        optimizer.step()
        schedule.step()
    trained = {name.replace(".default", ""): p.detach().double() for name, p in model.named_parameters() if p.requires_grad}
    return records, trained


def make_run(name, rows, settings):
    exact, adapter = train(rows, settings, torch.float64)
    ways = [train(rows, settings, torch.float32, **way) for way in WAYS]
    for k, record in enumerate(exact):
        record["spread"] = {key: max(abs(records[k][key] / record[key] - 1) for records, _ in ways)
                            for key in ("loss", "grad_norm")}
    adapter_spread = max(float((trained[key] - value).norm() / value.norm())
                         for _, trained in ways for key, value in adapter.items())
    save_file({key: value.float() for key, value in adapter.items()}, CURVES / f"{name}.safetensors")
    write_json(CURVES / f"{name}.json", {**settings, "adapter_spread": adapter_spread, "steps": exact})
    print(name, "adapter spread", adapter_spread)
    for record in exact[::9]:
        print("  {step} loss {loss:.4g} norm {grad_norm:.3g}".format(**record),
              {k: f"{v:.1e}" for k, v in record["spread"].items()})


def main():
    shutil.rmtree(CURVES, ignore_errors=True)
    CURVES.mkdir(parents=True)
    rows = make_rows(60, 83)
    write_json(CURVES / "rows.json", {"rows": rows})
    for model in TARGETS:
        make_adapter(model)
    for run, values in RUNS.items():
        make_run(run, rows, {**COMMON, **values})


main()
