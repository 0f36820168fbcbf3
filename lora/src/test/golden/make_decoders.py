"""Makes resources/golden/decoder/CASE: tiny random OPT, LLaMA and Mistral models as transformers saves them, and the vectors it computes with them.

Run:    python lora/src/test/golden/make_decoders.py
Made by transformers 5.23.0, torch 2.11.0 (CPU), safetensors 0.8.0; seeded.

CASE/model.safetensors, config.json   the model, by save_pretrained
CASE/inputs.json                      {"pad_id", "batches": [{"ids": right-padded [n][s], "lengths": [n]}, ...]}
CASE/expected.safetensors             "batch.K": [n, d_out], the last hidden state of each row's last real token, each sentence
                                      alone (batch of 1, no padding), fp32, eager attention; half-stored weights upcast to fp32.
                                      "borders": [layers + 1, s, hidden], the states of the first sentence of batch 1 before the
                                      first layer and after each layer, before any final norm and projection.
CASE/expected.json                    float32_error: largest difference of "batch.K" from the same in float64, relative to the
                                      largest value: the floor under any tolerance
"""

import shutil

from golden import GOLDEN, embed, noise, relative_difference, sentence, write_json

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

COMMON = dict(max_position_embeddings=64, attention_dropout=0.0)
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=32)

CASES = {
    "pre-norm": dict(vocab_size=97, hidden_size=32, num_attention_heads=4, num_hidden_layers=3, ffn_dim=96),
    "pre-norm-gelu": dict(vocab_size=64, hidden_size=24, num_attention_heads=3, num_hidden_layers=2, ffn_dim=72,
                          activation_function="gelu"),
    "post-norm-projected": dict(vocab_size=83, hidden_size=32, num_attention_heads=4, num_hidden_layers=3, ffn_dim=96,
                                word_embed_proj_dim=20, do_layer_norm_before=False),
    "no-bias": dict(vocab_size=64, hidden_size=24, num_attention_heads=2, num_hidden_layers=2, ffn_dim=72,
                    enable_bias=False),
    "no-affine": dict(vocab_size=64, hidden_size=24, num_attention_heads=4, num_hidden_layers=2, ffn_dim=120,
                      layer_norm_elementwise_affine=False),
    "no-final-norm": dict(vocab_size=64, hidden_size=24, num_attention_heads=3, num_hidden_layers=2, ffn_dim=72,
                          _remove_final_layer_norm=True),
    "untied": dict(vocab_size=71, hidden_size=16, num_attention_heads=2, num_hidden_layers=2, ffn_dim=48,
                   tie_word_embeddings=False),
    "fp16-file": dict(vocab_size=64, hidden_size=24, num_attention_heads=3, num_hidden_layers=2, ffn_dim=72),
    "bf16-file": dict(vocab_size=64, hidden_size=24, num_attention_heads=3, num_hidden_layers=2, ffn_dim=72),
    # Saved by OPTModel: the names lack the leading "model.", as in some folders on the hub.
    "bare-names": dict(vocab_size=64, hidden_size=16, num_attention_heads=2, num_hidden_layers=2, ffn_dim=48),
    "llama": dict(type="llama", vocab_size=97, hidden_size=32, num_attention_heads=4, num_key_value_heads=2, num_hidden_layers=3,
                  intermediate_size=88),
    # As many key heads as heads, biases everywhere, another theta, a separate head.
    "llama-bias": dict(type="llama", vocab_size=64, hidden_size=24, num_attention_heads=3, num_hidden_layers=2,
                       intermediate_size=56, attention_bias=True, mlp_bias=True, tie_word_embeddings=False,
                       rope_parameters=dict(rope_type="default", rope_theta=500000.0)),
    # One key head, heads wider together than the model.
    "llama-linear": dict(type="llama", vocab_size=64, hidden_size=24, num_attention_heads=6, num_key_value_heads=1, head_dim=6,
                         num_hidden_layers=2, intermediate_size=40,
                         rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=2.5)),
    "llama-llama3": dict(type="llama", vocab_size=64, hidden_size=32, num_attention_heads=2, num_key_value_heads=1, head_dim=24,
                         num_hidden_layers=2, intermediate_size=48, rms_norm_eps=1e-5, tie_word_embeddings=True,
                         rope_parameters=LLAMA3),
    "llama-bf16-file": dict(type="llama", vocab_size=64, hidden_size=24, num_attention_heads=6, num_key_value_heads=3,
                            head_dim=8, num_hidden_layers=2, intermediate_size=56),
    # The window is as long as the longest sentence.
    "mistral": dict(type="mistral", vocab_size=64, hidden_size=24, num_attention_heads=4, num_key_value_heads=2, head_dim=8,
                    num_hidden_layers=2, intermediate_size=40, max_position_embeddings=128, sliding_window=64),
    "mistral-bare-names": dict(type="mistral", vocab_size=64, hidden_size=16, num_attention_heads=2, num_key_value_heads=2,
                               num_hidden_layers=2, intermediate_size=40, sliding_window=None),
}
STORED = {"fp16-file": torch.float16, "bf16-file": torch.bfloat16, "llama-bf16-file": torch.bfloat16}
BARE = {"bare-names", "mistral-bare-names"}
LENGTHS = [[1], [7, 3, 12, 1, 5], [9, 9, 9], [64, 2, 31, 17]]


def right_padded(sentences, pad):
    width = max(map(len, sentences))
    return {"ids": [ids + [pad] * (width - len(ids)) for ids in sentences], "lengths": [len(ids) for ids in sentences]}


def borders(model, ids):
    """The hidden states at the borders of the layers: what enters the first, then what leaves each. [layers + 1, s, hidden]"""
    states = []
    layers = getattr(model, "decoder", model).layers
    first = layers[0].register_forward_pre_hook(
        lambda _, arguments, named: states.append((arguments + tuple(named.values()))[0][0]), with_kwargs=True)
    hooks = [first] + [layer.register_forward_hook(lambda _, __, out: states.append(out[0]))
                       for layer in layers]
    model(input_ids=torch.tensor([ids]))
    for hook in hooks:
        hook.remove()
    return torch.stack(states).contiguous()


def make(name, settings, seed):
    folder = GOLDEN / "decoder" / name
    shutil.rmtree(folder, ignore_errors=True)
    generator = torch.Generator().manual_seed(seed)
    family = {"type": "opt", "dropout": 0.0, "word_embed_proj_dim": settings["hidden_size"]} if "type" not in settings else {}
    settings = {**family, **COMMON, **settings}
    config = AutoConfig.for_model(settings.pop("type"), **settings)
    model = (AutoModel if name in BARE else AutoModelForCausalLM).from_config(config)
    noise(model.named_parameters(), generator, 0.3)
    model.to(STORED.get(name, torch.float32)).save_pretrained(folder)

    model, report = AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager",
                                             output_loading_info=True)
    assert not report["missing_keys"], report
    model.eval()
    sentences = [[sentence(generator, length, config.vocab_size) for length in lengths] for lengths in LENGTHS]
    pad = config.pad_token_id or 0
    inputs = {"pad_id": pad, "batches": [right_padded(rows, pad) for rows in sentences]}
    with torch.no_grad():
        expected = {f"batch.{k}": torch.stack([embed(model, ids) for ids in rows]) for k, rows in enumerate(sentences)}
        expected["borders"] = borders(model, sentences[1][0])
        double = AutoModel.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
        error = max(relative_difference(expected[f"batch.{k}"], torch.stack([embed(double, ids) for ids in rows]))
                    for k, rows in enumerate(sentences))
    save_file(expected, folder / "expected.safetensors")
    write_json(folder / "inputs.json", inputs)
    write_json(folder / "expected.json", {"float32_error": error})
    print(f"{name}: d_out {expected['batch.0'].shape[1]}, float32 error {error:.1e}, "
          f"vectors {expected['batch.1'].abs().max():.2f}")


for index, (case, values) in enumerate(CASES.items()):
    make(case, values, 1000 + index)
