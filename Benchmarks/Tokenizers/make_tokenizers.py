# SPDX-License-Identifier: Apache-2.0
"""Trains tokenizers of every kind on the mixed text: make_tokenizers.py FOLDER --corpus FOLDER [--ranks FOLDER].
What is there stays. FOLDER/files/<name>/tokenizer.json, FOLDER/models/<name>.model."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import ranks
import sentence_pieces
from kinds import KINDS


def read(path):
    with open(path, newline="\n") as file:
        return [json.loads(line) for line in file]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpus", type=Path, required=True, help="what dev/tokenizers corpus wrote")
    parser.add_argument("--ranks", type=Path, help="a folder with cl100k_base.tiktoken and o200k_base.tiktoken")
    arguments = parser.parse_args()
    files, models = arguments.folder / "files", arguments.folder / "models"
    models.mkdir(parents=True, exist_ok=True)
    documents = read(arguments.corpus / "documents.jsonl")
    for name, (make, size) in KINDS.items():
        path = files / name / "tokenizer.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            start = time.perf_counter()
            make(documents, size).save(str(path))
            print(f"{name} in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    lines = [line for text in documents for line in text.split("\n") if 0 < len(line) < 30_000]
    for name, options in sentence_pieces.MODELS.items():
        if not (models / f"{name}.model").exists():
            start = time.perf_counter()
            some = lines if options["vocab_size"] > 10_000 else lines[::5]
            sentence_pieces.train(some, models / name, options)
            print(f"{name}.model in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    sentence_pieces.write_files(models, files)
    if arguments.ranks:
        ranks.write_files(arguments.ranks, files)


main()
