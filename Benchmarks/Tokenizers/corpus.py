# SPDX-License-Identifier: Apache-2.0
"""Writes ten megabytes of mixed text, the same on every machine: more than thirty scripts, source code, emoji,
and what breaks tokenizers. Started by dev/tokenizers corpus.

    mixed.txt        the documents one below the other
    documents.jsonl  a document a line, as a string of JSON
    lines.jsonl      a line of mixed.txt a line, as a string of JSON
    kinds.json       what each document is
    scalars.jsonl    every scalar of Unicode, alone and among others
    english.txt, code.txt, languages.txt, emoji.txt, awkward.txt    pure parts
"""

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import awkward
from archives import Archives
from languages import main_script, messages, pages, scripts
from seeded import Seeded

# Bytes of each part in ten million.
SHARES = {"english": 1_500_000, "code": 1_600_000, "emoji": 350_000, "awkward": 800_000}
# Bytes of a script at most; what is missing at the end of the list is filled up by everything.
SCRIPT_SHARES = defaultdict(
    lambda: 140_000,
    LATIN=900_000, CYRILLIC=420_000, ARABIC=320_000, DEVANAGARI=260_000, CJK=420_000, HIRAGANA=360_000,
    HANGUL=300_000, GREEK=220_000, THAI=220_000, HEBREW=200_000, BENGALI=180_000, TAMIL=180_000,
)
CODE = re.compile(r"\.(py|js|css|html|h|json|xml|toml|cfg|yml|yaml|c|sh)$")
JOINERS = (" ", " ", "\n", "\n", "\n\n", ", ", "\t", " — ", ". ", "")


def cut(pieces, chance, joiners=JOINERS):
    """Documents of three hundred to four thousand characters out of messages that follow each other."""
    document, wanted = [], chance.between(300, 4000)
    for piece in pieces:
        document.append(piece)
        wanted -= len(piece)
        if wanted < 0:
            yield chance.choice(joiners).join(document)
            document, wanted = [], chance.between(300, 4000)
    if document:
        yield chance.choice(joiners).join(document)


def slices(text, chance):
    """A long text in pieces that end with a line."""
    lines = text.splitlines(keepends=True)
    yield from ("".join(part) for part in map(lambda d: d.split("\0"), cut(lines, chance, ("",))))


def language_documents(archives, chance):
    """{script: [document]}"""
    found, seen = defaultdict(list), set()
    for _, texts in messages(archives):
        fresh = [text for text in texts if text not in seen]
        seen.update(fresh)
        for document in cut(fresh, chance):
            found[main_script(document)].append(document)
    for page in pages(archives):
        for document in slices(page, chance):
            found[main_script(document)].append(document)
    found.pop("", None)
    return found


def code_documents(archives, chance):
    found = []
    for package in ("django", "faker", "wagtail", "sphinx", "pybind11"):
        for path, content in archives.files(package).items():
            if CODE.search(path) and "/locale" not in path and len(content) < 200_000:
                found += slices(content.decode(errors="replace"), chance)
    return found


def english_documents(archives, chance, texts):
    """Prose that is there, and documentation."""
    found = []
    for path in texts:
        text = path.read_text()
        for piece in json.loads(text) if path.suffix == ".json" else [text]:
            found += slices(piece, chance)
    for path, content in archives.files("django").items():
        if path.startswith("docs/") and path.endswith(".txt"):
            found += slices(content.decode(), chance)
    return found


def emoji_documents(archives, chance):
    names = json.loads(archives.files("emoji")["emoji/unicode_codes/emoji.json"])
    signs = chance.shuffled(names)
    words = [f"{sign} {names[sign]['en'].strip(':').replace('_', ' ')}" for sign in signs]
    runs = ["".join(chance.choice(signs) for _ in range(chance.between(1, 12))) for _ in range(8000)]
    return list(cut(words, chance)) + list(cut(runs, chance, ("", " ", "\n")))


def take(documents, size, chance):
    """Shuffled documents up to a size, and what is left."""
    documents = chance.shuffled(documents)
    taken, bytes_ = [], 0
    while documents and bytes_ < size:
        taken.append(documents.pop())
        bytes_ += len(taken[-1].encode())
    return taken, documents


def every_scalar():
    """Every scalar by itself between letters, and neighbours together."""
    codes = [code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
    for first in range(0, len(codes), 1024):
        some = codes[first : first + 1024]
        yield "".join(f"a{chr(code)}" for code in some)
        yield " ".join(map(chr, some))
        yield "".join(map(chr, some))


def mix(archives, chance, texts, size):
    """([(kind, document)], {kind: all documents of the kind})"""
    parts = {
        "english": english_documents(archives, chance, texts),
        "code": code_documents(archives, chance),
        "emoji": emoji_documents(archives, chance),
        "awkward": [text for _, text in awkward.documents(chance, 1_200_000)],
    }
    by_script = language_documents(archives, chance)
    whole = dict(parts, languages=[text for name in sorted(by_script) for text in by_script[name]])
    chosen, rest = [], []
    for name, documents in parts.items():
        taken, left = take(documents, SHARES[name] * size // 10_000_000, chance)
        chosen += [(name, text) for text in taken]
        rest += [(name, text) for text in left if name in ("english", "code")]
    for name in sorted(by_script):
        taken, left = take(by_script[name], SCRIPT_SHARES[name] * size // 10_000_000, chance)
        chosen += [(name.lower(), text) for text in taken]
        rest += [(name.lower(), text) for text in left]
    missing = size - sum(len(text.encode()) + 1 for _, text in chosen)
    for kind, text in chance.shuffled(rest):
        if missing <= 0:
            break
        chosen.append((kind, text))
        missing -= len(text.encode()) + 1
    return trim(chance.shuffled(chosen), size), whole


def trim(documents, size):
    """Whole documents, the last one cut, so that with a line break after each they have exactly a size."""
    kept, left = [], size
    for kind, text in documents:
        content = text.encode()
        if len(content) + 1 >= left:
            text = content[: left - 1].decode(errors="ignore")
            kept.append((kind, text + " " * (left - 1 - len(text.encode()))))
            break
        kept.append((kind, text))
        left -= len(content) + 1
    return kept


def write_lines(path, texts):
    with open(path, "w") as file:
        for text in texts:
            file.write(json.dumps(text, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser(prog="dev/tokenizers corpus")
    parser.add_argument("folder", type=Path, help="where to write")
    parser.add_argument("--sources", type=Path, required=True, help="where the packages are or come to")
    parser.add_argument("--english", type=Path, nargs="*", default=[], help="more prose: text, or a list in JSON")
    parser.add_argument("--size", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = Seeded(arguments.seed)
    documents, whole = mix(Archives(arguments.sources), chance, arguments.english, arguments.size)
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    texts = [text for _, text in documents]
    mixed = "".join(text + "\n" for text in texts)
    (folder / "mixed.txt").write_bytes(mixed.encode())
    write_lines(folder / "documents.jsonl", texts)
    write_lines(folder / "lines.jsonl", mixed.split("\n")[:-1])
    (folder / "kinds.json").write_text(json.dumps([kind for kind, _ in documents]) + "\n")
    write_lines(folder / "scalars.jsonl", every_scalar())
    for name, pure in whole.items():
        taken, _ = take(pure, arguments.size, chance)
        pure_size = min(arguments.size, sum(len(text.encode()) + 1 for text in taken))
        pure_text = "".join(text + "\n" for _, text in trim([(name, text) for text in taken], pure_size))
        (folder / f"{name}.txt").write_bytes(pure_text.encode())
    summary(documents, mixed)


def summary(documents, mixed):
    kinds = Counter()
    for kind, text in documents:
        kinds[kind] += len(text.encode())
    found = scripts(mixed)
    print(f"{len(documents)} documents, {len(mixed.encode())} bytes, {len(mixed)} characters")
    print("kinds: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    print(f"scripts of at least 10 kB: {sum(count >= 10_000 for count in found.values())}: " + ", ".join(
        f"{name} {count}" for name, count in found.most_common() if count >= 10_000))


main()
