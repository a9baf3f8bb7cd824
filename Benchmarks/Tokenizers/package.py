# SPDX-License-Identifier: Apache-2.0
"""Does the packages' work on command, one line of JSON a command and an answer, so that importing and loading
do not count: {"prepare": package, "file", "text", "form"}, {"repeat": variant}, {"checks": variant},
{"peak": package, "file", "text"}."""

import gc
import json
import os
import sys
import time
from pathlib import Path

import numpy


def mark(numbers):
    """What EncodeWork.swift calls the mark: the count, and a weighted sum modulo 2⁶⁴ without its lowest bits."""
    values = numpy.asarray(numbers, numpy.uint64)
    weights = numpy.arange(len(values), dtype=numpy.uint64) * numpy.uint64(2_654_435_761) + numpy.uint64(12_345)
    weights &= numpy.uint64(0xFFFF_FFFF)
    total = int(((values + numpy.uint64(1)) * weights).sum(dtype=numpy.uint64))
    return [float(len(values)), float(total >> 12)]


def read(path, form):
    text = Path(path).read_bytes().decode()
    if form == "whole":
        return [text]
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


class Tokenizers:
    """Tokens with offsets, which the package always finds."""

    def __init__(self, file, text, form):
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(file)
        self.texts = read(text, form)
        self.variants = {"encode": self.single}
        if form == "lines":
            self.variants["encode_batch"] = self.batch
            self.variants["encode_batch of 1000"] = self.batches

    def single(self):
        return [self.tokenizer.encode(text, add_special_tokens=False) for text in self.texts]

    def batch(self):
        return self.tokenizer.encode_batch(self.texts, add_special_tokens=False)

    def batches(self):
        found = []
        for start in range(0, len(self.texts), 1000):
            found += self.tokenizer.encode_batch(self.texts[start : start + 1000], add_special_tokens=False)
        return found

    def checks(self, result):
        offsets = numpy.concatenate(
            [numpy.array(one.offsets, numpy.uint64).reshape(-1, 2) for one in result]
        )
        ids = numpy.concatenate([numpy.array(one.ids, numpy.uint64) for one in result])
        return {"ids": mark(ids), "starts": mark(offsets[:, 0]), "ends": mark(offsets[:, 1])}


class Tiktoken:
    """Tokens alone."""

    def __init__(self, file, text, form):
        from references import RanksReference

        self.encoding = RanksReference(file).encoding
        self.texts = read(text, form)
        self.variants = {"encode_ordinary": self.single}
        if form == "lines":
            self.variants["encode_ordinary_batch"] = lambda: self.encoding.encode_ordinary_batch(
                self.texts, num_threads=1
            )

    def single(self):
        return [self.encoding.encode_ordinary(text) for text in self.texts]

    def checks(self, result):
        return {"ids": mark(numpy.concatenate([numpy.array(ids, numpy.uint64) for ids in result]))}


class Load:
    """Making a tokenizer from its file."""

    def __init__(self, file):
        from tokenizers import Tokenizer

        self.variants = {"tokenizers from_file": lambda: Tokenizer.from_file(file)}

    def checks(self, result):
        return {"vocabulary": [float(result.get_vocab_size())]}


PACKAGES = {"tokenizers": Tokenizers, "tiktoken": Tiktoken, "load": Load}


def status(member):
    """Bytes that the system counts for this process under a name; 0 where it does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(member + ":"))
    except (OSError, StopIteration):
        return 0


def peak(package, file, text):
    """The most memory while a text is encoded as one string, over what there was before."""
    task = PACKAGES[package](file, text, "whole")
    gc.collect()
    # Makes the system forget the highest so far.
    Path("/proc/self/clear_refs").write_text("5")
    before = status("VmRSS")
    result = task.single()
    highest = status("VmHWM")
    del result
    return highest - before


def answer(command, state):
    if "prepare" in command:
        state.clear()
        gc.collect()
        task = PACKAGES[command.pop("prepare")](**command)
        state["task"] = task
        # The first time warms up and is looked at; results of packages are too large to be kept.
        state["checks"] = {variant: task.checks(work()) for variant, work in task.variants.items()}
        return {"variants": list(task.variants)}
    if "repeat" in command:
        gc.collect()
        start = time.perf_counter()
        result = state["task"].variants[command["repeat"]]()
        seconds = time.perf_counter() - start
        del result
        return {"seconds": seconds}
    if "peak" in command:
        state.clear()
        gc.collect()
        return {"bytes": peak(command["peak"], command["file"], command["text"])}
    return {"checks": state["checks"][command["checks"]]}


def main():
    # Packages print what they like; only answers go to the driver.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    state = {}
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), state)), file=out, flush=True)


main()
