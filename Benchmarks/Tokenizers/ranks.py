# SPDX-License-Identifier: Apache-2.0
"""Rank files of tiktoken, and the tokenizer.json that repositories make of them."""

import base64
import json

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors

import patterns

ENCODINGS = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")


def read(path):
    """{bytes: rank}"""
    lines = path.read_bytes().split(b"\n")
    return {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, filter(None, lines))}


def printable():
    """The characters that stand for bytes in byte-level files: printable Latin-1 as it is, others from U+0100."""
    kept = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {byte: chr(byte) for byte in kept}
    for byte in range(256):
        if byte not in table:
            table[byte] = chr(0x100 + len(table) - len(kept))
    return table


def merges(ranks):
    """Every way to put a token together from two others, by the rank of what comes out and then of the parts."""
    found = []
    for token, rank in ranks.items():
        ways = [
            (token[:cut], token[cut:]) for cut in range(1, len(token))
            if token[:cut] in ranks and token[cut:] in ranks
        ]
        ways.sort(key=lambda way: (ranks[way[0]], ranks[way[1]]))
        found += [(rank, way) for way in ways]
    found.sort(key=lambda pair: pair[0])
    return [way for _, way in found]


def write_file(path, ranks, pattern, specials, ignore_merges=False):
    """A tokenizer.json of byte-level BPE with these ranks, special tokens behind them."""
    table = printable()
    spell = lambda token: "".join(map(table.__getitem__, token))
    vocabulary = {spell(token): rank for token, rank in ranks.items()}
    ways = [(spell(left), spell(right)) for left, right in merges(ranks)]
    tokenizer = Tokenizer(models.BPE(vocabulary, ways, ignore_merges=ignore_merges, fuse_unk=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.add_special_tokens([AddedToken(name, normalized=False) for name in specials])
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path), pretty=True)


def write_files(sources, folder):
    """What has the size of today's vocabularies: 100 000 pieces, and 128 000 with 256 special tokens."""
    path = folder / "ranks-cl100k" / "tokenizer.json"
    if not path.exists():
        write_file(path, read(sources / "cl100k_base.tiktoken"), patterns.LLAMA3, ["<|endoftext|>"])
    path = folder / "ranks-128k" / "tokenizer.json"
    if not path.exists():
        first = {token: rank for token, rank in read(sources / "o200k_base.tiktoken").items() if rank < 128_000}
        specials = ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"]
        specials += [f"<|reserved_special_token_{i}|>" for i in range(253)]
        write_file(path, first, patterns.LLAMA3, specials, ignore_merges=True)
