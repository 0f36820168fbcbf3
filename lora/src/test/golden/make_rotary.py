"""Makes resources/golden/rotary.json: inverse frequencies of rotary embeddings in the sizes of published models.

Run:    python lora/src/test/golden/make_rotary.py
Made by transformers 5.23.0, torch 2.11.0 (CPU).

[{"name", "config": the keys of a config.json, "frequencies": fp32 [width of a head / 2], as LlamaRotaryEmbedding
  holds them}, ...]
"""

from golden import GOLDEN, write_json

from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

LLAMA3 = {"rope_type": "llama3", "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
CASES = {
    "Llama 2 7B": dict(hidden_size=4096, num_attention_heads=32),
    "SmolLM2 135M": dict(hidden_size=576, num_attention_heads=9, rope_theta=100000.0, rope_scaling=None),
    "Llama 3.1 8B": dict(hidden_size=4096, num_attention_heads=32, max_position_embeddings=131072, rope_theta=500000.0,
                         rope_scaling={**LLAMA3, "factor": 8.0}),
    "Llama 3.2 1B": dict(hidden_size=2048, num_attention_heads=32, head_dim=64, max_position_embeddings=131072,
                         rope_parameters={**LLAMA3, "factor": 32.0, "rope_theta": 500000.0}),
    "linear": dict(hidden_size=2560, num_attention_heads=32, rope_scaling={"type": "linear", "factor": 3.0}),
}


def frequencies(settings):
    rotary = LlamaRotaryEmbedding(LlamaConfig.from_dict({"model_type": "llama", **settings}))
    assert rotary.attention_scaling == 1
    return rotary.inv_freq.tolist()


write_json(GOLDEN / "rotary.json", [
    {"name": name, "config": {"model_type": "llama", **settings}, "frequencies": frequencies(settings)}
    for name, settings in CASES.items()])
