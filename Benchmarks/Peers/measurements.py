# SPDX-License-Identifier: Apache-2.0
"""What is compared, and what is asked for."""

from dataclasses import dataclass, field


@dataclass
class Target:
    """A row of the table: Cajal must be `ratio` times as fast as the best of some variants."""

    label: str
    variants: tuple  # beginnings of names
    ratio: float | None


@dataclass
class Measurement:
    """One piece of work that both sides do."""

    name: str
    title: str
    ours: tuple
    model: str | None = None
    task: str | None = None
    arguments: dict = field(default_factory=dict)
    targets: tuple = ()
    product_share: float | None = None  # of the machine's product rate, at least
    memory_excess: float | None = None  # over weights and recorded sites, at most
    beside: tuple = ()  # what the machine can do, measured in our process: product, bandwidth


def targets(lens, bare):
    return (
        Target("TransformerLens", ("TransformerLens",), lens),
        Target("transformers, nothing recorded", ("transformers",), bare),
    )


TRANSFORMERS = ("transformers",)

MEASUREMENTS = (
    Measurement(
        "forward-512", "forward, 512 tokens, every site recorded",
        ("forward", "--tokens", "512", "--record", "all", "--memory"), "gpt2-random", "forward",
        {"tokens_": 512}, targets(2, 1), product_share=0.75, memory_excess=0.10,
        beside=("product",),
    ),
    Measurement(
        "forward-16", "forward, 16 tokens, every site recorded",
        ("forward", "--tokens", "16", "--record", "all"), "gpt2-random", "forward",
        {"tokens_": 16}, targets(6, 1.4), beside=("product",),
    ),
    Measurement(
        "gradients-llama", "Llama 15M, forward and backward, 8 × 256 tokens",
        ("gradients", "--sequences", "8", "--tokens", "256"), "llama15m", "gradients",
        {"count": 8, "length": 256}, (Target("transformers", TRANSFORMERS, 1.6),),
        beside=("product",),
    ),
    Measurement(
        "step-llama", "Llama 15M, one AdamW step, 8 × 256 tokens",
        ("step", "--sequences", "8", "--tokens", "256"), "llama15m", "step",
        {"count": 8, "length": 256}, (Target("transformers", TRANSFORMERS, 1.6),),
        beside=("product",),
    ),
    Measurement(
        "gradients-gpt2", "forward and backward, 512 tokens",
        ("gradients", "--tokens", "512"), "gpt2-random", "gradients",
        {"count": 1, "length": 512}, (Target("transformers", TRANSFORMERS, 1.5),),
        beside=("product",),
    ),
    Measurement(
        "generation-gpt2", "greedy generation, 16 + 128 tokens, weights in bf16",
        ("generation", "--tokens", "16", "--made", "128"), "gpt2-random-bf16", "generation",
        {"prompt": 16, "made": 128}, (Target("transformers, float32", TRANSFORMERS, 2),),
        beside=("bandwidth",),
    ),
    Measurement(
        "generation-llama", "Llama 15M, greedy generation, 16 + 128 tokens",
        ("generation", "--tokens", "16", "--made", "128"), "llama15m", "generation",
        {"prompt": 16, "made": 128}, (Target("transformers", TRANSFORMERS, 2),),
        beside=("bandwidth",),
    ),
    Measurement(
        "patch", "patch of residualPre, 12 layers × 16 positions",
        ("patch", "--tokens", "16"), "gpt2-random", "patch", {"length": 16},
        (
            Target("TransformerLens", ("TransformerLens",), 30),
            Target("PyTorch batched by hand", ("batched PyTorch",), 2.1),
        ),
    ),
    Measurement(
        "adamw", "AdamW alone, 10 million weights", ("adamw",), None, "adamw", {},
        (Target("torch", ("torch",), None),),
    ),
    Measurement("load", "load", ("load",), "gpt2-random"),
    Measurement("read", "read of the file", ("read",), "gpt2-random"),
)
