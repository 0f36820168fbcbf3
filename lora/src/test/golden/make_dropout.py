"""Makes resources/golden/dropout.json: how vectors scatter under dropout in transformers and PEFT.

Run:    python lora/src/test/golden/make_dropout.py      (after make_decoders.py and make_lora.py)
Made by transformers 5.23.0, peft 0.21.0, torch 2.11.0 (CPU); seeded.

[{"name", "model", "adapter": folders under golden/, "only": null or the one target whose B is not set to zero, so that its
  dropout alone shows, "dropout", "attention_dropout", "lora_dropout", "ids": [the sentence],
  "draws", "mean", "variance": [d_out], "fourth": [d_out], the fourth central moment}, ...]
Each draw is the sentence's vector in training mode with masks of its own, in fp32 (summed in float64).
"""

from golden import GOLDEN, sentence, write_json

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

DRAWS, ROWS = 20_000, 500
PRE, POST = ("decoder/pre-norm", "lora/pre-norm"), ("decoder/post-norm-projected", "lora/post-norm-projected")
CASES = {
    "model dropout, pre-norm": (PRE, 0.2, 0.0, 0.0),
    "attention dropout, pre-norm": (PRE, 0.0, 0.2, 0.0),
    "LoRA dropout, pre-norm": (PRE, 0.0, 0.0, 0.2),
    "all three, pre-norm": (PRE, 0.1, 0.1, 0.05),
    "model dropout, post-norm-projected": (POST, 0.2, 0.0, 0.0),
    "LoRA dropout, post-norm-projected": (POST, 0.0, 0.0, 0.2),
}
SITES = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2", "project_in", "project_out"]
CASES.update({f"LoRA dropout of {site} alone": (POST, 0.0, 0.0, 0.2, site) for site in SITES})
LLAMA = ("decoder/llama", "lora/llama")
CASES.update({"attention dropout, llama": (LLAMA, 0.0, 0.2, 0.0), "both, llama": (LLAMA, 0.0, 0.1, 0.05)})
SITES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
CASES.update({f"LoRA dropout of llama's {site} alone": (LLAMA, 0.0, 0.0, 0.2, site) for site in SITES})


def make(name, seed):
    (model, adapter), dropout, attention, lora, *only = CASES[name]
    opt = dict(dropout=dropout) if "llama" not in model else {}
    base = AutoModelForCausalLM.from_pretrained(GOLDEN / model, attn_implementation="eager", attention_dropout=attention, **opt)
    adapted = PeftModel.from_pretrained(base, GOLDEN / adapter)
    for path, module in adapted.named_modules():
        if hasattr(module, "lora_dropout"):
            module.lora_dropout["default"] = torch.nn.Dropout(lora)
            if only and path.rpartition(".")[2] != only[0]:
                torch.nn.init.zeros_(module.lora_B["default"].weight)
    layer = getattr(base.model, "decoder", base.model).layers[0]
    assert getattr(layer, "dropout", 0.0) == dropout
    assert getattr(layer.self_attn, "dropout" if opt else "attention_dropout") == attention
    adapted.train()
    ids = sentence(torch.Generator().manual_seed(seed), 9, 64)
    torch.manual_seed(seed)
    with torch.no_grad():
        draws = torch.cat([base.model(input_ids=torch.tensor([ids] * ROWS)).last_hidden_state[:, -1].double()
                           for _ in range(DRAWS // ROWS)])
    centred = draws - draws.mean(0)
    print(name, "spread", centred.std().item())
    return {"name": name, "model": model, "adapter": adapter, "only": only[0] if only else None, "dropout": dropout,
            "attention_dropout": attention, "lora_dropout": lora, "ids": ids, "draws": DRAWS, "mean": draws.mean(0).tolist(),
            "variance": centred.square().mean(0).tolist(), "fourth": centred.pow(4).mean(0).tolist()}


write_json(GOLDEN / "dropout.json", [make(name, 4000 + index) for index, name in enumerate(CASES)])
