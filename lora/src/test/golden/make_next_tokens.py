"""Makes resources/golden/next_tokens.json: the most probable next tokens by transformers' causal language models.

Run:    python lora/src/test/golden/make_next_tokens.py    (after make_decoders.py)
Made by transformers 5.23.0, torch 2.11.0 (CPU).

For each case of resources/golden/decoder: the five most probable tokens behind each sentence of its batch 1 and their
probabilities, each sentence alone, in fp64 over weights upcast from the file. "gap" is the smallest distance of two
neighbouring logits among the first six: where it is far above fp32's rounding, the order is certain.
"""

import json

from golden import GOLDEN, write_json

import torch
from transformers import AutoModelForCausalLM

CASES = ["pre-norm", "post-norm-projected", "untied", "bf16-file", "bare-names", "llama", "mistral"]
COUNT = 5

result = {}
for case in CASES:
    folder = GOLDEN / "decoder" / case
    model, report = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager",
                                                         output_loading_info=True)
    assert not report["missing_keys"], report
    model.eval()
    batch = json.loads((folder / "inputs.json").read_text())["batches"][1]
    ids, probabilities, gap = [], [], float("inf")
    for row, length in zip(batch["ids"], batch["lengths"]):
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([row[:length]])).logits[0, -1]
        best = torch.topk(logits, COUNT + 1)
        gap = min(gap, float((best.values[:-1] - best.values[1:]).min()))
        ids.append(best.indices[:COUNT].tolist())
        probabilities.append(torch.softmax(logits, -1)[best.indices[:COUNT]].tolist())
    result[case] = {"ids": ids, "probabilities": probabilities, "gap": gap}
    print(f"{case}: {ids[0]}, gap {gap:.1e}")
write_json(GOLDEN / "next_tokens.json", result)
