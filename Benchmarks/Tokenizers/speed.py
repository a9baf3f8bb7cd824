# SPDX-License-Identifier: Apache-2.0
"""Measures Cajal's tokenizers beside the packages, taking turns, on one thread, and prints one table of ratios.
Started by dev/tokenizers speed; fails where the packages find other tokens."""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "Peers"))

from programs import Cajal, Lines
from table import markdown, row, seconds, text, verdict


@dataclass
class Kind:
    """A tokenizer that is measured, and how many times as fast as the package it must be."""

    label: str
    file: str  # below the folder of tokenizers, or of rank files
    package: str
    ratio: float


KINDS = (
    Kind("byte-level BPE, 128 000 pieces", "ranks-128k", "tokenizers", 4),
    Kind("byte-level BPE, GPT-2's pattern", "bpe-gpt2", "tokenizers", 4),
    Kind("byte-level BPE, Qwen's, NFC", "bpe-qwen", "tokenizers", 4),
    Kind("byte-level BPE, o200k's", "bpe-o200k", "tokenizers", 4),
    Kind("byte-level BPE, DeepSeek's", "bpe-deepseek", "tokenizers", 4),
    Kind("BPE with byte fallback, Llama 2", "pieces-llama2", "tokenizers", 2),
    Kind("BPE with byte fallback, Gemma", "pieces-gemma", "tokenizers", 2),
    Kind("Unigram, T5", "unigram-t5", "tokenizers", 2),
    Kind("Unigram, NFKC", "unigram-plain", "tokenizers", 2),
    Kind("WordPiece, uncased", "wordpiece-uncased", "tokenizers", 2),
    Kind("WordPiece, cased", "wordpiece-cased", "tokenizers", 2),
    Kind("WordLevel", "word-level", "tokenizers", 2),
    Kind("tiktoken, r50k_base", "r50k_base.tiktoken", "tiktoken", 1),
    Kind("tiktoken, cl100k_base", "cl100k_base.tiktoken", "tiktoken", 1),
    Kind("tiktoken, o200k_base", "o200k_base.tiktoken", "tiktoken", 1),
)
FORMS = {"lines": "by lines", "whole": "as one string"}
# Of a text as one string, tokens with offsets: bytes at the peak for each byte of text.
MEMORY = 20
# Of making a tokenizer of 128 000 pieces from its file.
LOAD = 0.5


class Packages(Lines):
    """The packages, in one process of Python."""

    def __init__(self):
        environment = dict(os.environ, TOKENIZERS_PARALLELISM="false", RAYON_NUM_THREADS="1")
        super().__init__([sys.executable, HERE / "package.py"], env=environment)

    def command(self, **values):
        return self.ask(json.dumps(values))


def ordinary(source, folder):
    """The text without what tiktoken would have to be told is special, for `encode_ordinary` refuses nothing."""
    path = folder / (source.stem + "-ordinary.txt")
    path.write_bytes(source.read_bytes().replace(b"<|", b"<-"))
    return path


def turns(cajal, packages, variants, rounds):
    """Times of both sides, taking turns."""
    ours, theirs = [], {variant: [] for variant in variants}
    for _ in range(rounds):
        ours.append(cajal.repeat())
        for variant in variants:
            theirs[variant].append(packages.command(repeat=variant)["seconds"])
    return ours, theirs


class Comparison:
    """All that is measured, row by row."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.packages = Packages()
        self.rows, self.numbers, self.wrong = [], {}, []

    def add(self, name, found, numbers):
        print(text([found], header=False), end="", file=sys.stderr)
        self.rows.append(found)
        self.numbers[name] = numbers

    def cajal(self, *options, threads=1):
        return Cajal(self.arguments.measure, list(map(str, options)), threads)

    def file(self, kind):
        if kind.package == "tiktoken":
            return self.arguments.ranks / kind.file if self.arguments.ranks else None
        return self.arguments.tokenizers / "files" / kind.file / "tokenizer.json"

    def encode(self, kind, form, source):
        """A kind on one text: the faster of the package's ways against ours."""
        file, subject = self.file(kind), "encoding" if kind.package == "tokenizers" else "tokens"
        variants = self.packages.command(
            prepare=kind.package, file=str(file), text=str(source), form=form
        )["variants"]
        cajal = self.cajal(subject, file, "--text", source, "--form", form)
        ours, theirs = turns(cajal, self.packages, variants, self.arguments.rounds)
        report = cajal.finish()
        title = f"{kind.label}, {FORMS[form]}"
        for variant in variants:
            checks = self.packages.command(checks=variant)["checks"]
            for member, values in checks.items():
                if report["checks"][member] != values:
                    self.wrong.append(f"{title}: {variant} has other {member}")
        variant, best = min(((name, min(times)) for name, times in theirs.items()), key=lambda p: p[1])
        ratio = best / min(ours)
        speed = report["sizes"]["bytes"] / min(ours) / 1e6
        self.add(title, row(
            title, f"{seconds(min(ours))}, {speed:.0f} MB/s", f"{kind.package} {variant}", seconds(best),
            f"{ratio:.2f}", f"≥ {kind.ratio}", verdict(ratio, kind.ratio),
        ), {"cajal": report, "package": theirs})

    def parallel(self, kind):
        """What a second thread gains over documents."""
        source = self.arguments.corpus / "documents.jsonl"
        options = ("encoding", self.file(kind), "--text", source, "--form", "documents")
        one, two = self.cajal(*options), self.cajal(*options, threads=2)
        times = [(one.repeat(), two.repeat()) for _ in range(self.arguments.rounds)]
        single, double = (min(column) for column in zip(*times))
        reports = one.finish(), two.finish()
        if reports[0]["checks"] != reports[1]["checks"]:
            self.wrong.append(f"{kind.label}: two threads find other tokens than one")
        title = f"{kind.label}, documents, two threads"
        self.add(title, row(
            title, seconds(double), "one thread", seconds(single), f"{single / double:.2f}", "≥ 1.7",
            verdict(single / double, 1.7),
        ), {"one": reports[0], "two": reports[1]})

    def memory(self, kind, source):
        """The peak of memory beside the size of the text, as one string."""
        size = source.stat().st_size
        arguments = [
            self.arguments.measure, "encoding", self.file(kind), "--text", source, "--form", "whole",
            "--repetitions", "0", "--memory", "--no-machine", "--threads", "1",
        ]
        done = subprocess.run(arguments, capture_output=True, text=True, check=True)
        report = json.loads(done.stdout)
        used = (report["memory"]["peak"] - report["memory"]["before"]) / size
        theirs = self.packages.command(
            peak=kind.package, file=str(self.file(kind)), text=str(source)
        )["bytes"] / size
        title = f"{kind.label}, memory over the text's size"
        self.add(title, row(
            title, f"{used:.1f} times", kind.package, f"{theirs:.1f} times", f"{theirs / used:.2f}",
            f"≤ {MEMORY}", verdict(used, MEMORY, at_least=False),
        ), {"cajal": used, "package": theirs})

    def load(self, kind):
        """Making a tokenizer from its file."""
        file = self.file(kind)
        variants = self.packages.command(prepare="load", file=str(file))["variants"]
        cajal = self.cajal("tokenizer", file)
        ours, theirs = turns(cajal, self.packages, variants, self.arguments.rounds)
        report = cajal.finish()
        if report["checks"] != self.packages.command(checks=variants[0])["checks"]:
            self.wrong.append(f"{kind.label}: another size of the vocabulary")
        best = min(theirs[variants[0]])
        title = f"{kind.label}, load"
        self.add(title, row(
            title, seconds(min(ours)), variants[0], seconds(best), f"{best / min(ours):.2f}",
            f"< {seconds(LOAD)}", verdict(min(ours), LOAD, at_least=False),
        ), {"cajal": report, "package": theirs})


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line for line in lines if line.startswith("model name")).split(":")[1].strip()
    except (OSError, StopIteration):
        return platform.processor()


def surroundings(arguments, source):
    """Where and when this was measured, and on what."""
    git = ["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True).stdout.strip() or "unknown"
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("tokenizers", "tiktoken")
    )
    return (
        f"{processor()}, one thread; {source.name} of {source.stat().st_size / 1e6:.1f} MB; commit {commit}, "
        f"{datetime.date.today()}; {versions}; best of {arguments.rounds}, taking turns; tokenizers with "
        f"offsets, tiktoken without."
    )


def measure(comparison, chosen, arguments, source):
    parts = arguments.parts.split(",")
    plain = ordinary(source, arguments.corpus)
    for kind in chosen:
        if comparison.file(kind) is None:
            print(f"{kind.label}: --ranks names no folder", file=sys.stderr)
            continue
        for form in FORMS:
            if form in parts:
                comparison.encode(kind, form, plain if kind.package == "tiktoken" else source)
        if kind.package == "tokenizers" and "memory" in parts:
            comparison.memory(kind, source)
    for kind in chosen:
        if "parallel" in parts and kind.file in ("ranks-128k", "unigram-t5"):
            comparison.parallel(kind)
        if "load" in parts and kind.file == "ranks-128k":
            comparison.load(kind)


def main():
    parser = argparse.ArgumentParser(prog="dev/tokenizers speed")
    parser.add_argument("--measure", required=True, help="the program cajal-measure")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--tokenizers", type=Path, required=True)
    parser.add_argument("--ranks", type=Path, help="a folder with rank files of tiktoken")
    parser.add_argument("--text", default="mixed.txt", help="which file of the corpus")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="parts of names of files, separated by commas")
    parser.add_argument("--parts", default="lines,whole,memory,parallel,load")
    parser.add_argument("--markdown", type=Path, help="write the table there too")
    parser.add_argument("--json", type=Path, help="write all numbers there too")
    arguments = parser.parse_args()
    wanted = arguments.only.split(",")
    chosen = [kind for kind in KINDS if any(part in kind.file for part in wanted)]
    if not chosen:
        parser.error("--only knows " + ", ".join(kind.file for kind in KINDS))
    source = arguments.corpus / arguments.text
    comparison = Comparison(arguments)
    measure(comparison, chosen, arguments, source)
    comparison.packages.end()
    where = surroundings(arguments, source)
    print(text(comparison.rows) + "\n" + where)
    if arguments.markdown:
        arguments.markdown.write_text(markdown(comparison.rows) + "\n" + where + "\n")
    if arguments.json:
        whole = {"surroundings": where, "measurements": comparison.numbers}
        arguments.json.write_text(json.dumps(whole, indent=1) + "\n")
    for what in comparison.wrong:
        print("disagreement: " + what, file=sys.stderr)
    sys.exit(1 if comparison.wrong else 0)


main()
