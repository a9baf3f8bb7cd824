# SPDX-License-Identifier: Apache-2.0
"""The models of the peers, and the tokens everybody runs on."""

import torch
from transformers import AutoModelForCausalLM


def tokens(count, vocabulary, first=0):
    """The tokens of BenchmarkTokens.swift."""
    return torch.tensor([(i * 7919 + 13) % vocabulary for i in range(first, first + count)])


def sequences(count, length, vocabulary):
    return torch.stack([tokens(length, vocabulary, s * length) for s in range(count)])


def transformers_model(path, attention="sdpa"):
    """A model of transformers in float32, with dropout off."""
    model = AutoModelForCausalLM.from_pretrained(
        path, dtype=torch.float32, attn_implementation=attention
    )
    return model.eval()


def transformer_lens_model(path):
    """The same GPT-2 in TransformerLens, its weights processed as its `from_pretrained` does."""
    from transformer_lens import HookedTransformer, HookedTransformerConfig
    from transformer_lens.pretrained.weight_conversions import convert_gpt2_weights

    source = transformers_model(path)
    shape = source.config
    config = HookedTransformerConfig(
        n_layers=shape.n_layer, d_model=shape.n_embd, n_ctx=shape.n_positions,
        d_head=shape.n_embd // shape.n_head, n_heads=shape.n_head, d_mlp=4 * shape.n_embd,
        d_vocab=shape.vocab_size, act_fn="gelu_new", eps=shape.layer_norm_epsilon,
        normalization_type="LN", device="cpu", init_weights=False,
    )
    model = HookedTransformer(config)
    with torch.no_grad():
        model.load_and_process_state_dict(convert_gpt2_weights(source, config))
    return model.eval()
