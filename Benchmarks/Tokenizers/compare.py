# SPDX-License-Identifier: Apache-2.0
"""Compares the program with the packages, token by token, over all texts and files; prints the first difference
of each with what is around it. Started by dev/tokenizers compare."""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import awkward
from references import reference
from seeded import Seeded

BATCH = 256
MEMBERS = ("ids", "tokens", "offsets", "decoded")


@dataclass
class Comparison:
    """One file over one kind of text."""

    file: Path
    texts: str
    special: bool
    lines: int = 0
    different: int = 0
    first: str = ""


def read(path):
    with open(path, newline="\n") as file:
        for line in file:
            yield json.loads(line)


def write_cases(corpus, path, seed):
    """Short texts that nobody chose: stretches of the mixed text, and documents made to be awkward."""
    chance = Seeded(seed)
    mixed = (corpus / "mixed.txt").read_bytes().decode()
    with open(path, "w") as file:
        for _ in range(4000):
            start = chance.below(len(mixed))
            text = mixed[start : start + chance.below(chance.choice((4, 16, 64, 256)))]
            file.write(json.dumps(text) + "\n")
        for _, text in awkward.documents(chance, 400_000):
            file.write(json.dumps(text) + "\n")


def around(text, encoding, index):
    """The tokens about a position, and the text they were made of."""
    rows = list(zip(encoding["ids"], encoding["tokens"], map(tuple, encoding["offsets"])))
    some = rows[max(0, index - 2) : index + 4]
    return " ".join(f"{id_} {token!r} {start}–{end}" for id_, token, (start, end) in some) or "nothing"


def difference(text, ours, theirs):
    """What differs, in a few lines; nothing is a good sign."""
    for member in MEMBERS:
        a, b = ours.get(member), theirs[member]
        if member == "offsets" and a is not None:
            a, b = list(map(tuple, a)), list(map(tuple, b))
        if a == b:
            continue
        if a is None:
            return f"{member}: not there; the answer is {str(ours)[:200]}"
        index = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        if member == "decoded":
            return (
                f"decoded, at character {index} of {len(b)}:\n"
                f"    Cajal  {a[max(0, index - 20) : index + 20]!r}\n"
                f"    there  {b[max(0, index - 20) : index + 20]!r}"
            )
        offsets = theirs["offsets"]
        start = offsets[min(index, len(offsets) - 1)][0] if offsets else 0
        return (
            f"{member}, at token {index} of {len(b)}, in {text[max(0, start - 30) : start + 40]!r}:\n"
            f"    Cajal  {around(text, ours, index)}\n    there  {around(text, theirs, index)}"
        )
    return ""


def compare(program, file, package, texts, path, special):
    """Runs the program over all lines of a file beside the package."""
    found = Comparison(file, texts, special)
    arguments = [program, "tokenize", str(file), "--json-lines"]
    if not special:
        arguments.append("--no-special-tokens")
    with open(path, "rb") as lines, subprocess.Popen(
        arguments, stdin=lines, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        ours, source = process.stdout, read(path)
        while batch := list(islice(source, BATCH)):
            for text, theirs in zip(batch, package.encode(batch, special)):
                line = ours.readline()
                if not line:
                    process.kill()
                    said = process.stderr.read().decode(errors="replace").strip()[:300]
                    found.first = found.first or f"line {found.lines + 1}: the program ended: {said}"
                    found.different += 1
                    return found
                found.lines += 1
                if what := difference(text, json.loads(line), theirs):
                    found.different += 1
                    found.first = found.first or f"line {found.lines}: {what}"
    return found


def files(arguments):
    """The files that were named, and those in folders that were."""
    for path in arguments.files or arguments.default:
        if path.is_dir():
            found = [p for kind in ("*.json", "*.model", "*.tiktoken") for p in path.rglob(kind)]
            yield from sorted(
                p for p in found if p.suffix != ".json" or p.name == "tokenizer.json"
            )
        else:
            yield path


def chosen(texts, special):
    """Whether a text is read in a mode: long ones once, cases twice."""
    return {"documents": not special, "lines": special, "scalars": not special}.get(texts, True)


def main():
    parser = argparse.ArgumentParser(prog="dev/tokenizers compare")
    parser.add_argument("files", type=Path, nargs="*", help="tokenizers, or folders with such")
    parser.add_argument("--default", type=Path, nargs="*", default=[], help="those where none are named")
    parser.add_argument("--cajal", required=True, help="the program")
    parser.add_argument("--corpus", type=Path, required=True, help="what dev/tokenizers corpus wrote")
    parser.add_argument("--texts", default="cases,lines,documents,scalars")
    parser.add_argument("--seed", type=int, default=1, help="of the cases")
    parser.add_argument("--only", default="", help="what the path of a file must contain")
    arguments = parser.parse_args()
    results = []
    cases = arguments.corpus / f"cases-{arguments.seed}.jsonl"
    if not cases.exists():
        write_cases(arguments.corpus, cases, arguments.seed)
    for file in files(arguments):
        if arguments.only not in str(file):
            continue
        package = reference(file)
        for texts in arguments.texts.split(","):
            path = cases if texts == "cases" else arguments.corpus / f"{texts}.jsonl"
            for special in package.modes:
                if len(package.modes) > 1 and not chosen(texts, special):
                    continue
                start = time.perf_counter()
                found = compare(arguments.cajal, file, package, texts, path, special)
                results.append(found)
                report(found, package, time.perf_counter() - start)
    wrong = sum(result.different > 0 for result in results)
    print(f"{len(results)} comparisons, {wrong} with differences; "
          f"{sum(result.lines for result in results)} texts")
    sys.exit(1 if wrong or not results else 0)


def report(found, package, seconds):
    name = found.file.parent.name + "/" + found.file.name
    special = "with" if found.special else "without"
    verdict = "equal" if not found.different else f"{found.different} of {found.lines} differ"
    print(f"{name}, {found.texts}, {special} special tokens, beside {package.package}: "
          f"{verdict} ({found.lines} texts, {seconds:.0f} s)", flush=True)
    if found.first:
        print("  " + found.first, flush=True)


main()
