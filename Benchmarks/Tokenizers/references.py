# SPDX-License-Identifier: Apache-2.0
"""What the packages make of a text: for every kind of file a class whose `encode` gives, for each of some texts,
{"ids", "tokens", "offsets", "decoded"}."""

import os
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


class TokenizersReference:
    """A tokenizer.json, by the package tokenizers."""

    package = "tokenizers"
    modes = (True, False)

    def __init__(self, path):
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(str(path))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()

    def encode(self, texts, special):
        found = self.tokenizer.encode_batch(texts, add_special_tokens=special)
        decoded = self.tokenizer.decode_batch([encoding.ids for encoding in found])
        for encoding, text in zip(found, decoded):
            yield {
                "ids": encoding.ids, "tokens": encoding.tokens, "offsets": encoding.offsets,
                "decoded": text,
            }


def widened(pieces, text):
    """Spans in code points of pieces of bytes that together are a text, widened to whole characters."""
    starts, ends = [], []
    for index, character in enumerate(text):
        size = len(character.encode())
        starts += [index] * size
        ends += [index + 1] * size
    offsets, byte = [], 0
    for piece in pieces:
        end = byte + len(piece)
        offsets.append((starts[byte], ends[end - 1]))
        byte = end
    return offsets


class RanksReference:
    """A rank file, by the package tiktoken with the pattern it has for a file of that name."""

    package = "tiktoken"
    modes = (False,)

    def __init__(self, path):
        import tiktoken
        import tiktoken_ext.openai_public as known

        import ranks

        name = Path(path).stem
        content = ranks.read(Path(path))
        known.load_tiktoken_bpe = lambda *_, **__: content
        self.encoding = tiktoken.Encoding(**known.ENCODING_CONSTRUCTORS[name]())
        self.spelling = ranks.printable()

    def encode(self, texts, special):
        for text in texts:
            ids = self.encoding.encode(text, allowed_special="all")
            pieces = [self.encoding.decode_single_token_bytes(id_) for id_ in ids]
            known = self.encoding._special_tokens
            names = {id_: name for name, id_ in known.items()}
            yield {
                "ids": ids,
                "tokens": [
                    names.get(id_) or "".join(map(self.spelling.get, piece)) for id_, piece in zip(ids, pieces)
                ],
                "offsets": widened(pieces, text),
                "decoded": b"".join(
                    piece for id_, piece in zip(ids, pieces) if id_ not in names
                ).decode("utf-8", "replace"),
            }


class PiecesReference:
    """A model of SentencePiece, by the package sentencepiece."""

    package = "sentencepiece"
    modes = (False,)

    def __init__(self, path):
        from sentencepiece import SentencePieceProcessor

        self.processor = SentencePieceProcessor(model_file=str(path))

    def encode(self, texts, special):
        for text in texts:
            pieces = self.processor.encode(text, return_type="proto").pieces
            ids = [piece.id for piece in pieces]
            # The package counts bytes.
            points = [0]
            for character in text:
                points += [points[-1]] * (len(character.encode()) - 1) + [points[-1] + 1]
            yield {
                "ids": ids, "tokens": [piece.piece for piece in pieces],
                "offsets": [(points[piece.begin], points[piece.end]) for piece in pieces],
                "decoded": self.processor.decode(ids),
            }


def reference(path):
    """The package that reads a file."""
    kinds = {".tiktoken": RanksReference, ".model": PiecesReference, ".json": TokenizersReference}
    return kinds[Path(path).suffix](path)
