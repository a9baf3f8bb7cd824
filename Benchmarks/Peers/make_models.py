# SPDX-License-Identifier: Apache-2.0
"""Writes the models that are compared, with random weights: make_models.py FOLDER. What is there stays."""

import sys
from pathlib import Path

import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM


def write(folder, make, dtype=torch.float32):
    if (folder / "model.safetensors").exists():
        return
    torch.manual_seed(0)
    make().to(dtype).save_pretrained(folder)
    print(f"wrote {folder}", file=sys.stderr)


def main():
    folder = Path(sys.argv[1])
    gpt2 = lambda: GPT2LMHeadModel(GPT2Config())
    llama = lambda: LlamaForCausalLM(
        LlamaConfig(
            hidden_size=288, num_hidden_layers=6, num_attention_heads=6, num_key_value_heads=6,
            intermediate_size=768, vocab_size=32000, max_position_embeddings=256,
            rms_norm_eps=1e-5, tie_word_embeddings=True,
        )
    )
    write(folder / "gpt2-random", gpt2)
    write(folder / "gpt2-random-bf16", gpt2, torch.bfloat16)
    write(folder / "llama15m", llama)


main()
