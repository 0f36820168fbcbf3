"""Makes resources/golden/lora/CASE: PEFT adapters over the models of golden/decoder, the vectors and the gradients with them.

Run:    python lora/src/test/golden/make_lora.py      (after make_decoders.py)
Made by transformers 5.23.0, peft 0.21.0, torch 2.11.0 (CPU), safetensors 0.8.0; seeded.

CASE/adapter_config.json, adapter_model.safetensors   the adapter as PEFT saves it; A and B are both random. base_model_name_or_path
                              is the folder of the base model, relative to golden/
CASE/inputs.json              {"sentences": [[ids]...], "steps": [{"name", "temperature", "hard_negative_weight",
                              "queries": [[ids]...], "positives": ..., "negatives": ... (empty: pairs)}, ...]}
CASE/expected.safetensors     "base", "adapted": [n, d_out], the vector of each sentence without and with the adapter
CASE/gradient.STEP.safetensors  dL/dA and dL/dB of the step under the names of the adapter file: computed in float64 from the same
                              fp32 weights, then rounded to float32
CASE/expected.json            {"losses": {STEP: loss}, "float32_error": {"vectors", "losses", "gradients", "gradient_norms"}}: the
                              largest differences from the same in float64, relative to the largest value of the tensor;
                              gradient_norms: {STEP: the largest of a matrix, in the Frobenius norm, relative to the matrix's}

A step is InfoNCE in fp32 over the batch without dropout: logits = cosine(query, [positives | negatives]) / temperature,
hard_negative_weight added to the logit of each row's own negative, cross-entropy with the row's own positive. Each sentence
stands alone (no padding), and all sentences share one graph.
"""

import json
import shutil

from golden import GOLDEN, embed, noise, relative_difference, sentence, write_json

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from torch.nn.functional import cosine_similarity, cross_entropy
from transformers import AutoModel, AutoModelForCausalLM

SIX = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]
SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

CASES = {
    "pre-norm": dict(base="pre-norm", r=4, target_modules=SIX),
    "post-norm-projected": dict(base="post-norm-projected", r=4, target_modules=SIX + ["project_in", "project_out"]),
    "query-value": dict(base="pre-norm", r=3, target_modules=["q_proj", "v_proj"]),
    # Over the bare model, for feature extraction: the names have one "model." less.
    "bare-names": dict(base="pre-norm", r=4, target_modules=SIX, over=AutoModel),
    "llama": dict(base="llama", r=4, target_modules=SEVEN),
    "llama-bare-names": dict(base="llama-llama3", r=3, target_modules=SEVEN, over=AutoModel),
    "mistral-query-value": dict(base="mistral", r=3, target_modules=["q_proj", "v_proj"]),
}


def steps(generator, vocabulary):
    def sentences(count):
        lengths = torch.randint(2, 14, (count,), generator=generator).tolist()
        return [sentence(generator, length, vocabulary) for length in lengths]

    def step(name, rows, weight, negatives=True, temperature=0.05):
        return {"name": name, "temperature": temperature, "hard_negative_weight": weight, "queries": sentences(rows),
                "positives": sentences(rows), "negatives": sentences(rows) if negatives else []}

    return [step("triples", 5, 0.0), step("triples-weighted", 5, 0.7), step("pairs", 5, 0.0, negatives=False),
            step("one-triple", 1, 0.0, temperature=0.5)]


def infonce(z1, z2, z3, temperature, weight):
    logits = cosine_similarity(z1[:, None], z2[None], dim=-1)
    if z3 is not None:
        logits = torch.cat([logits, cosine_similarity(z1[:, None], z3[None], dim=-1)], dim=1)
    logits = logits / temperature
    rows = torch.arange(len(z1))
    if z3 is not None:
        own = torch.zeros_like(logits)
        own[rows, len(z1) + rows] = weight
        logits = logits + own
    return cross_entropy(logits, rows)


def load(case, dtype):
    settings = CASES[case]
    base = settings.get("over", AutoModelForCausalLM).from_pretrained(
        GOLDEN / "decoder" / settings["base"], dtype=dtype, attn_implementation="eager")
    model = PeftModel.from_pretrained(base, GOLDEN / "lora" / case, is_trainable=True, autocast_adapter_dtype=False).to(dtype)
    return model.eval(), getattr(model.base_model.model, "model", model.base_model.model)


def adapter_gradients(model):
    return {name.replace(".default", ""): parameter.grad.clone().contiguous()
            for name, parameter in model.named_parameters() if parameter.requires_grad}


def run(case, inputs, dtype):
    """(vectors without adapter, vectors with it, {step: loss}, {step: {name: gradient}})"""
    model, decoder = load(case, dtype)
    with torch.no_grad():
        adapted = torch.stack([embed(decoder, ids) for ids in inputs["sentences"]])
        with model.disable_adapter():
            base = torch.stack([embed(decoder, ids) for ids in inputs["sentences"]])
    losses, gradients = {}, {}
    for step in inputs["steps"]:
        model.zero_grad(set_to_none=True)
        z1, z2 = (torch.stack([embed(decoder, ids) for ids in step[role]]) for role in ("queries", "positives"))
        z3 = torch.stack([embed(decoder, ids) for ids in step["negatives"]]) if step["negatives"] else None
        loss = infonce(z1, z2, z3, step["temperature"], step["hard_negative_weight"])
        loss.backward()
        losses[step["name"]] = loss.item()
        gradients[step["name"]] = adapter_gradients(model)
    return base, adapted, losses, gradients


def make(case, seed):
    folder = GOLDEN / "lora" / case
    shutil.rmtree(folder, ignore_errors=True)
    settings = dict(CASES[case])
    base, over = settings.pop("base"), settings.pop("over", AutoModelForCausalLM)
    generator = torch.Generator().manual_seed(seed)
    model = over.from_pretrained(GOLDEN / "decoder" / base)
    task = "CAUSAL_LM" if over is AutoModelForCausalLM else "FEATURE_EXTRACTION"
    model = get_peft_model(model, LoraConfig(task_type=task, lora_alpha=8, lora_dropout=0.0, **settings))
    noise([(name, p) for name, p in model.named_parameters() if p.requires_grad], generator, 0.2)
    model.peft_config["default"].base_model_name_or_path = f"decoder/{base}"
    model.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink()
    config = json.loads((folder / "adapter_config.json").read_text())
    config["target_modules"].sort()  # PEFT writes a set, in an order that changes from run to run
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2))

    vocabulary = model.config.vocab_size
    inputs = {"sentences": [sentence(generator, length, vocabulary) for length in (5, 1, 11, 24)],
              "steps": steps(generator, vocabulary)}
    without, adapted, losses, gradients = run(case, inputs, torch.float32)
    _, adapted64, losses64, gradients64 = run(case, inputs, torch.float64)
    names = set(load_file(folder / "adapter_model.safetensors"))
    for name, values in gradients.items():
        assert set(values) == names
        assert all(bool(value.abs().max() > 0) for value in values.values()), name
        exact = {key: value.float() for key, value in gradients64[name].items()}
        save_file(exact, folder / f"gradient.{name}.safetensors")
    save_file({"base": without, "adapted": adapted}, folder / "expected.safetensors")
    error = {
        "vectors": relative_difference(adapted, adapted64),
        "losses": max(abs(losses[name] / losses64[name] - 1) for name in losses),
        "gradients": max(relative_difference(gradients[step][name], value)
                         for step, values in gradients64.items() for name, value in values.items()),
        "gradient_norms": {step: max(float((gradients[step][name].double() - value).norm() / value.norm())
                                     for name, value in values.items()) for step, values in gradients64.items()},
    }
    write_json(folder / "inputs.json", inputs)
    write_json(folder / "expected.json", {"losses": losses, "float32_error": error})
    print(case, losses, error, "moved", (adapted - without).abs().max().item(),
          "gradients", min(v.abs().max().item() for g in gradients.values() for v in g.values()),
          max(v.abs().max().item() for g in gradients.values() for v in g.values()))


for index, case in enumerate(CASES):
    make(case, 2000 + index)
