# SPDX-License-Identifier: Apache-2.0
"""Texts on which a tokenizer takes too long if any part of it grows faster than the text."""

import json
import subprocess
from dataclasses import dataclass

from seeded import Seeded


def letters(size):
    chance = Seeded(1)
    block = "".join(chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(100_003))
    return (block * (size // len(block) + 1))[:size]


# Name to a maker of a text of about so many bytes, without a space unless the name says so.
TEXTS = {
    "random letters": letters,
    "one letter": lambda size: "a" * size,
    "one capital letter": lambda size: "A" * size,
    "digits": lambda size: "1234567890" * (size // 10),
    "spaces": lambda size: " " * size,
    "line feeds": lambda size: "\n" * size,
    "spaces and line feeds": lambda size: " \n" * (size // 2),
    "one letter with marks": lambda size: "a" + "\u0301\u0327" * (size // 4),
    "marks out of order": lambda size: "\u0315\u0300\u05ae\u0327" * (size // 8),
    "Hangul jamo": lambda size: "\u1112\u1161\u11ab" * (size // 9),
    "ligatures": lambda size: "\ufdfa" * (size // 3),
    "ideographs": lambda size: "".join(chr(0x4E00 + i * 7919 % 20000) for i in range(size // 3)),
    "joined emoji": lambda size: "👩\u200d" * (size // 7),
    "signs": lambda size: "'\"!?<|" * (size // 6),
    "beginnings of special tokens": lambda size: "<|endoftext" * (size // 11),
    "unassigned": lambda size: "\u0378\U000E0080" * (size // 6),
}


@dataclass
class Growth:
    """How time grew from a tenth of a text to the whole of it; ten is linear."""

    small: float
    large: float

    @property
    def ratio(self):
        return self.large / self.small


def write(folder, size):
    """{name: (path of a tenth, path of the whole)}"""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, make in TEXTS.items():
        pair = []
        for part in (size // 10, size):
            path = folder / f"{name.replace(' ', '-')}-{part}.txt"
            if not path.exists():
                path.write_bytes(make(part).encode())
            pair.append(path)
        paths[name] = tuple(pair)
    return paths


def measure(program, tokenizer, paths, limit):
    """Seconds for both parts; none where one was stopped at a limit."""
    found = []
    for path in paths:
        arguments = [program, "encoding", tokenizer, "--text", path, "--form", "whole", "--repetitions",
                     "2", "--no-machine", "--threads", "1"]
        try:
            done = subprocess.run(arguments, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return None
        if done.returncode:
            return done.stderr.strip()[:200]
        found.append(json.loads(done.stdout)["seconds"])
    return Growth(*found)
