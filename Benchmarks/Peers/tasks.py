# SPDX-License-Identifier: Apache-2.0
"""What is measured of the peers. A task has variants, each a function that does the work once; `checks`
of a variant are numbers that Cajal must arrive at too."""

import torch

from subjects import sequences, tokens, transformer_lens_model, transformers_model

ATTENTION = ("sdpa", "eager")


class Task:
    def __init__(self):
        self.variants = {}
        self.results = {}

    def perform(self, variant):
        # What the last repetition left is given back outside of the time, as on the other side.
        self.results.pop(variant, None)
        return self.variants[variant]

    def checks(self, variant):
        raise NotImplementedError


class Forward(Task):
    """Logits of one sequence; TransformerLens keeps all activations beside them."""

    def __init__(self, model, tokens_=512):
        super().__init__()
        self.lens = transformer_lens_model(model)
        self.vocabulary = self.lens.cfg.d_vocab
        self.input = tokens(tokens_, self.vocabulary)[None]
        self.variants["TransformerLens run_with_cache"] = torch.no_grad()(
            lambda: self.lens.run_with_cache(self.input)
        )
        for attention in ATTENTION:
            model_ = transformers_model(model, attention)
            self.variants[f"transformers {attention}"] = torch.no_grad()(
                lambda model_=model_: model_(self.input, use_cache=False).logits
            )

    def checks(self, variant):
        result = self.results[variant]
        if not variant.startswith("TransformerLens"):
            return {"logits": result[0, -1, ::50].tolist()}
        logits, cache = result
        pattern = cache[f"blocks.{self.lens.cfg.n_layers - 1}.attn.hook_pattern"]
        return {
            "logits": logits[0, -1, ::50].tolist(),
            "pattern": pattern[0, :, -1, ::8].flatten().tolist(),
            "names": sorted(cache.keys()),
        }


class Gradients(Task):
    """Forward pass and backward pass of the loss to all weights."""

    def __init__(self, model, count=1, length=512):
        super().__init__()
        self.models = {}
        for attention in ATTENTION:
            variant = f"transformers {attention}"
            self.models[variant] = transformers_model(model, attention)
            self.variants[variant] = lambda variant=variant: self.loss(self.models[variant])
        self.input = sequences(count, length, self.models[variant].config.vocab_size)

    def loss(self, model):
        model.zero_grad()
        loss = model(self.input, labels=self.input, use_cache=False).loss
        loss.backward()
        return loss.detach()

    def checks(self, variant):
        norms = {
            "gradient." + name: [weight.grad.double().norm().item()]
            for name, weight in self.models[variant].named_parameters()
        }
        return {"loss": [self.results[variant].item()], **norms}


class Step(Task):
    """The same, and one step of AdamW on all weights."""

    def __init__(self, model, count=1, length=512):
        super().__init__()
        for attention, fused in (("sdpa", False), ("sdpa", True), ("eager", True)):
            model_ = transformers_model(model, attention)
            optimizer = torch.optim.AdamW(
                model_.parameters(), lr=1e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01,
                fused=fused or None,
            )
            name = f"transformers {attention}, AdamW{' fused' if fused else ''}"
            self.variants[name] = lambda model_=model_, optimizer=optimizer: self.step(
                model_, optimizer
            )
        self.input = sequences(count, length, model_.config.vocab_size)

    def step(self, model, optimizer):
        optimizer.zero_grad()
        loss = model(self.input, labels=self.input, use_cache=False).loss
        loss.backward()
        optimizer.step()
        return loss.detach()

    def checks(self, variant):
        return {"loss": [self.results[variant].item()]}


class Generation(Task):
    """Greedy generation with cached keys and values."""

    def __init__(self, model, prompt=16, made=128):
        super().__init__()
        from transformers import GenerationConfig

        models = {attention: transformers_model(model, attention) for attention in ATTENTION}
        self.model = models["sdpa"]
        self.input = tokens(prompt, self.model.config.vocab_size)[None]
        self.made = made
        # No token ends the text, so that as many are made as are asked for.
        config = GenerationConfig(
            max_new_tokens=made, do_sample=False, use_cache=True, eos_token_id=None, pad_token_id=0
        )
        self.model.generation_config = config
        mask = torch.ones_like(self.input)
        self.variants["transformers generate"] = torch.no_grad()(
            lambda: self.model.generate(
                self.input, attention_mask=mask, generation_config=config
            )[0, prompt:].tolist()
        )
        for attention, model_ in models.items():
            self.variants[f"transformers {attention}, plain loop"] = torch.no_grad()(
                lambda model_=model_: self.loop(model_)
            )

    def loop(self, model):
        """What is left of `generate` when everything that greedy generation does not need is left out."""
        found = []
        next_, cache = self.input, None
        for _ in range(self.made):
            output = model(next_, past_key_values=cache, use_cache=True, logits_to_keep=1)
            cache = output.past_key_values
            next_ = output.logits[:, -1].argmax(-1, keepdim=True)
            found.append(next_.item())
        return found

    @torch.no_grad()
    def checks(self, variant):
        made = self.results[variant]
        text = torch.cat([self.input, torch.tensor([made])], dim=1)
        logits = self.model(text, use_cache=False, logits_to_keep=1).logits
        return {"tokens": made, "logits": logits[0, -1, ::50].tolist()}


class Patch(Task):
    """The residual stream before every layer patched at every position, clean into corrupted."""

    ANSWERS = (5, 7)

    def __init__(self, model, length=16):
        super().__init__()
        from transformer_lens import patching

        self.lens = transformer_lens_model(model)
        self.model = transformers_model(model)
        vocabulary = self.lens.cfg.d_vocab
        self.clean = tokens(length, vocabulary)[None]
        self.corrupted = tokens(length, vocabulary, length)[None]
        self.patching = patching
        self.variants["TransformerLens get_act_patch_resid_pre"] = torch.no_grad()(self.sweep)
        self.variants["batched PyTorch"] = torch.no_grad()(lambda: self.batched(0))
        self.variants["batched PyTorch, last logits"] = torch.no_grad()(lambda: self.batched(1))

    def metric(self, logits):
        return logits[0, -1, self.ANSWERS[0]] - logits[0, -1, self.ANSWERS[1]]

    def sweep(self):
        _, cache = self.lens.run_with_cache(self.clean)
        found = self.patching.get_act_patch_resid_pre(
            self.lens, self.corrupted, cache, self.metric
        )
        return found.flatten()

    def batched(self, logits_to_keep):
        """One batch a layer, a position a row, each patched by a hook on its way through the model."""
        clean = self.model(self.clean, output_hidden_states=True, use_cache=False).hidden_states
        count = self.clean.shape[1]
        batch = self.corrupted.repeat(count, 1)
        rows = torch.arange(count)
        found = []
        for index, layer in enumerate(self.model.transformer.h):

            def patch(module, arguments, keywords, index=index):
                hidden = arguments[0] if arguments else keywords["hidden_states"]
                hidden[rows, rows] = clean[index][0]

            handle = layer.register_forward_pre_hook(patch, with_kwargs=True)
            logits = self.model(batch, use_cache=False, logits_to_keep=logits_to_keep).logits
            handle.remove()
            found.append(logits[:, -1, self.ANSWERS[0]] - logits[:, -1, self.ANSWERS[1]])
        return torch.cat(found)

    def checks(self, variant):
        return {"values": self.results[variant].tolist()}


class AdamW(Task):
    """One step of the optimizer alone."""

    def __init__(self, count=10_000_000):
        super().__init__()
        self.weights = {}
        i = torch.arange(count, dtype=torch.int64)
        gradient = ((i * 104729 + 7) % 2001 - 1000).float() / 100000
        for name, options in (
            ("torch AdamW", {}), ("torch AdamW foreach", {"foreach": True}),
            ("torch AdamW fused", {"fused": True}),
        ):
            weight = torch.nn.Parameter(((i * 7919 + 13) % 2001 - 1000).float() / 1000)
            weight.grad = gradient
            self.weights[name] = weight
            optimizer = torch.optim.AdamW(
                [weight], lr=1e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, **options
            )
            self.variants[name] = lambda optimizer=optimizer: optimizer.step()

    def checks(self, variant):
        return {"weights": self.weights[variant].detach()[:: 1_000_000].tolist()}


TASKS = {
    "forward": Forward, "gradients": Gradients, "step": Step, "generation": Generation,
    "patch": Patch, "adamw": AdamW,
}
