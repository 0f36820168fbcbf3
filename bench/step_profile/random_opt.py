"""Writes an OPT of OPT-125M's shape with random, seeded weights: for timing, where the real one is not at hand.

python bench/step_profile/random_opt.py --tokenizer models/opt-mini --output opt-125m-random
"""

import argparse
import shutil
from pathlib import Path

import torch
from transformers import OPTConfig, OPTForCausalLM


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", required=True, help="model folder whose tokeniser files are copied")
    parser.add_argument("--output", required=True)
    args = parser.parse_args()
    torch.manual_seed(0)
    config = OPTConfig(vocab_size=50272, hidden_size=768, word_embed_proj_dim=768, ffn_dim=3072, num_hidden_layers=12,
                       num_attention_heads=12, max_position_embeddings=2048, dropout=0.1)
    OPTForCausalLM(config).save_pretrained(args.output)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt"):
        shutil.copy(Path(args.tokenizer) / name, args.output)


if __name__ == "__main__":
    main()
