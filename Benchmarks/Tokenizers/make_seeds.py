# SPDX-License-Identifier: Apache-2.0
"""Writes what fuzzing begins with: small files of every format that is read, and short texts.

    make_seeds.py FUZZ --corpus FOLDER

FUZZ/Tokenizers/*.json are given every text; those whose names begin with `lossless` give it back."""

import argparse
import base64
import json
import os
import struct
import tempfile
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import sentencepiece
import awkward
import kinds
import patterns
from seeded import Seeded

LOSSLESS = {"gpt2": kinds.gpt2, "llama3": kinds.llama3, "o200k": kinds.o200k, "deepseek": kinds.deepseek,
            "starcoder": kinds.starcoder}
OTHERS = {"qwen": kinds.qwen, "falcon": kinds.falcon, "roberta": kinds.roberta, "clip": kinds.clip,
          "llama2": kinds.llama2, "mistral": kinds.mistral, "gemma": kinds.gemma, "bert": kinds.bert_uncased,
          "word-level": kinds.word_level_steps}
TEMPLATES = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + "
    "'<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    "{%- set ns = namespace(found=false, n=0) -%}\n{%- for m in messages if m.role == 'user' -%}\n"
    "  {%- set ns.n = ns.n + 1 %}{%- if loop.first and not loop.last %}{{ m.content | trim | upper }}{% elif ns.n % "
    "2 %}{{ m['content'][:3] ~ loop.index0 }}{% else %}{{ raise_exception('no ' ~ m.role) }}{% endif %}\n{%- endfor -%}",
    "{% macro show(x, y=2) %}{{ x|tojson(indent=y) }}{% endmacro %}{% for k, v in messages[0].items() %}{{ show(v) }}"
    "{{ k.split('o')|join(',') }}{% endfor %}{# no #}{{ strftime_now('%d %b %Y') }}{{ messages | length }}",
    "{{ bos_token }}{% for t in tools or [] %}{{ t.function.name }}{% if t is mapping and t.x is not defined %}{{ "
    "t|items|list }}{% endif %}{% endfor %}{{ (1, 2.5, -3, 'a' in 'abc', not true, 7 // 2, 2 ** 3, [1][0]) }}",
)
MESSAGES = json.dumps({
    "messages": [{"role": "system", "content": "You are “kind”."}, {"role": "user", "content": " Hello\n"},
                 {"role": "assistant", "content": None, "tool_calls": [{"name": "f", "arguments": {"x": 1.5}}]}],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "bos_token": "<s>", "add_generation_prompt": True,
})
CONFIGURATION = {
    "add_bos_token": True, "add_eos_token": False, "bos_token": "<s>", "clean_up_tokenization_spaces": True,
    "eos_token": {"__type": "AddedToken", "content": "</s>", "lstrip": False, "normalized": False, "rstrip": True,
                  "single_word": False},
    "added_tokens_decoder": {"0": {"content": "<s>", "lstrip": False, "normalized": False, "rstrip": False,
                                   "single_word": False, "special": True}},
    "additional_special_tokens": ["<a>"], "chat_template": TEMPLATES[0], "model_max_length": 1e30,
    "tokenizer_class": "LlamaTokenizer", "legacy": False,
}


def gguf(model, tokens, merges=(), scores=(), types=(), **more):
    """A GGUF file without weights."""
    text = lambda value: struct.pack("<Q", len(value)) + value
    pairs = []
    put = lambda key, kind, content: pairs.append(text(key.encode()) + struct.pack("<I", kind) + content)
    array = lambda kind, items: struct.pack("<IQ", kind, len(items)) + b"".join(items)
    put("general.architecture", 8, text(b"llama"))
    put("tokenizer.ggml.model", 8, text(model.encode()))
    for key, value in more.items():
        put(f"tokenizer.ggml.{key}", 8, text(value.encode()))
    put("tokenizer.ggml.tokens", 9, array(8, [text(token.encode()) for token in tokens]))
    if merges:
        put("tokenizer.ggml.merges", 9, array(8, [text(" ".join(merge).encode()) for merge in merges]))
    if scores:
        put("tokenizer.ggml.scores", 9, array(6, [struct.pack("<f", score) for score in scores]))
    if types:
        put("tokenizer.ggml.token_type", 9, array(5, [struct.pack("<i", type_) for type_ in types]))
    put("tokenizer.ggml.bos_token_id", 4, struct.pack("<I", 1))
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(pairs)


def sentence_pieces(texts):
    """Small models: one with replacements of its own, one with bytes for what is unknown."""
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules.tsv"
        rules.write_text("FB01\t66 69\n41 30A\tC5\nA0\t20\n200B\t\nBD\t31 2044 32\n")
        for name, options in {
            "unigram": dict(model_type="unigram", normalization_rule_tsv=str(rules)),
            "pairs": dict(model_type="bpe", byte_fallback=True, normalization_rule_name="identity", vocab_size=420),
            "characters": dict(model_type="char", normalization_rule_name="identity", user_defined_symbols=["<x>"]),
        }.items():
            path = Path(folder) / name
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(texts), model_prefix=str(path), hard_vocab_limit=False, minloglevel=2,
                num_threads=1, **dict(dict(vocab_size=200), **options))
            yield name + ".model", path.with_suffix(".model").read_bytes()


def seeds(texts, files):
    """(target, name, content)"""
    gpt2, llama2 = json.loads(files["lossless-gpt2"])["model"], json.loads(files["llama2"])["model"]
    chance = Seeded(5)
    for index, (name, text) in enumerate(awkward.documents(chance, 20_000)):
        yield "encode", f"{name}-{index}.txt", text[:600].encode()
    for index, text in enumerate(texts[:12]):
        yield "encode", f"text-{index}.txt", text[:400].encode()
    yield "tokenizer-config", "all.json", json.dumps(CONFIGURATION).encode()
    yield "json", "all.json", json.dumps(dict(CONFIGURATION, x=[1, -0.5e3, True, None, "\u2028\\\"é😀"])).encode()
    for name, content in sentence_pieces(texts):
        yield "sentencepiece", name, content
    yield "gguf", "gpt2.gguf", gguf("gpt2", gpt2["vocab"], gpt2["merges"], pre="llama-bpe")
    pieces = list(llama2["vocab"])[:360]
    yield "gguf", "llama.gguf", gguf(
        "llama", pieces, scores=[-float(i) for i in range(len(pieces))],
        types=[2 if i == 0 else 3 if i < 3 else 6 if i < 259 else 1 for i in range(len(pieces))],
        chat_template=TEMPLATES[0])
    yield "gguf", "bert.gguf", gguf("bert", ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁the", "ing", "▁a"])
    ranks = [bytes([i]) for i in range(256)] + [b" t", b"he", b" the", b"in", b"er"]
    yield "ranks", "small.tiktoken", b"".join(
        base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(ranks))
    yield "word-pieces", "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\n##ing\n,\n你\n".encode()
    merges = "\n".join(" ".join(merge) for merge in gpt2["merges"])
    yield "byte-pair-files", "gpt2", (json.dumps(gpt2["vocab"]) + "\0#version: 0.2\n" + merges + "\n").encode()
    pieces = [b"<unk>", b"\n<s>\n", b"\n</s>\n"] + [b"<0x%02X>" % i for i in range(256)] + [b" ", b"a", b" a"]
    yield "llama2c", "small.bin", struct.pack("<i", 8) + b"".join(
        struct.pack("<fi", -float(i), len(piece)) + piece for i, piece in enumerate(pieces))
    yield "vocabulary-list", "characters.json", json.dumps(list("abc é")).encode()
    yield "vocabulary-list", "words.json", json.dumps(["the", "cat", "<unk>"]).encode()
    for name in ("GPT2", "LLAMA3", "O200K", "TEKKEN", "CL100K", "BLOOM", "CLIP"):
        yield "pattern", name.lower(), getattr(patterns, name).encode() + b"\0I'll pay  $1234,56 \n\n\xc3\x89t\xc3\xa9"
    for index, source in enumerate(("(a|b)*?c{2,3}(?=d)", r"\p{Han}+|[^\s\w&&[^x]]|\X", r"(?<!a)b\b|(?i:k|ß)|^\h+$")):
        yield "pattern", f"other-{index}", source.encode() + b"\0abab ccd Kb\xe4\xbd\xa0"
    for index, source in enumerate(TEMPLATES):
        yield "chat-template", f"template-{index}", source.encode() + b"\0" + MESSAGES.encode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    arguments = parser.parse_args()
    with open(arguments.corpus / "lines.jsonl", newline="\n") as file:
        lines = [json.loads(line) for line in file]
    texts = [line for line in lines[::97] if 20 < len(line) < 400][:400]
    ascii_texts = [text for text in lines[::31] if text.isascii() and 20 < len(text) < 400][:400]
    files = {}
    for name, make in {**{f"lossless-{k}": v for k, v in LOSSLESS.items()}, **OTHERS}.items():
        # Byte-level ones have 256 pieces before they learn anything; the others have their characters.
        has_bytes = name.startswith("lossless") or name in ("qwen", "falcon", "roberta", "clip")
        files[name] = make(texts if has_bytes else ascii_texts, 330 if has_bytes else 420).to_str()
    unigram = {
        "version": "1.0", "normalizer": {"type": "NFKC"}, "added_tokens": [],
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": False, "vocab": [["<unk>", 0.0]] + [
            [piece, -float(i)] for i, piece in enumerate("▁ a e t o n the ▁the ing ed er ▁a and ▁and 你 好 ß".split(" "))]},
    }
    files["unigram"] = json.dumps(unigram, ensure_ascii=False)
    folder = arguments.folder / "Tokenizers"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(content)
    for target, name, content in seeds(ascii_texts, files):
        path = arguments.folder / "Seeds" / target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


main()
