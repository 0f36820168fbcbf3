"""Makes resources/golden/next_words.json: the words that opt-mini puts behind the prompt, by transformers' OPTForCausalLM.

Run:    python trainer/src/test/golden/make_next_words.py
Made by transformers 5.23.0, torch 2.11.0 (CPU).

For each sentence, which the evaluation rule leaves as it stands, the five most probable next tokens as text and their
probabilities, alone, in fp64 over weights upcast from the file. "gap": the smallest distance of two neighbouring logits
among the first six.
"""

from golden import GOLDEN, write_json

import torch
from transformers import AutoTokenizer, OPTForCausalLM

MODEL = GOLDEN.parents[4] / "models" / "opt-mini"
SENTENCES = ["A man is smoking.", "A jockey riding a horse.", "The stock market fell sharply on Monday.", "Music."]

tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = OPTForCausalLM.from_pretrained(MODEL, dtype=torch.float64, attn_implementation="eager").eval()
result = []
for sentence in SENTENCES:
    ids = tokenizer(f'This sentence : "{sentence}" means in one word:"', return_tensors="pt").input_ids
    with torch.no_grad():
        logits = model(input_ids=ids).logits[0, -1]
    best = torch.topk(logits, 6)
    words = [tokenizer.decode([i], clean_up_tokenization_spaces=False) for i in best.indices[:5].tolist()]
    result.append({"sentence": sentence, "words": words,
                   "probabilities": torch.softmax(logits, -1)[best.indices[:5]].tolist(),
                   "gap": float((best.values[:-1] - best.values[1:]).min())})
    print(result[-1])
write_json(GOLDEN / "next_words.json", result)
