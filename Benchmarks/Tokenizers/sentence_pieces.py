# SPDX-License-Identifier: Apache-2.0
"""Models of SentencePiece trained on text of one's own, and the tokenizer.json that repositories keep of them."""

import base64
import json

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

# Name to options of the trainer. Sizes are what models of these families would have, or small.
MODELS = {
    "unigram-t5": dict(model_type="unigram", vocab_size=32000, normalization_rule_name="nmt_nfkc",
                       pad_id=0, eos_id=1, unk_id=2, bos_id=-1),
    "unigram-folded": dict(model_type="unigram", vocab_size=8000, normalization_rule_name="nmt_nfkc_cf",
                           byte_fallback=True, user_defined_symbols=["<sep>", "<cls>", "…"]),
    "unigram-plain": dict(model_type="unigram", vocab_size=8000, normalization_rule_name="identity",
                          remove_extra_whitespaces=False, add_dummy_prefix=False),
    "unigram-suffix": dict(model_type="unigram", vocab_size=8000, normalization_rule_name="nfkc_cf",
                           treat_whitespace_as_suffix=True, control_symbols=["<ctl>"]),
    "pieces-llama": dict(model_type="bpe", vocab_size=32000, normalization_rule_name="identity",
                         remove_extra_whitespaces=False, byte_fallback=True, split_digits=True,
                         allow_whitespace_only_pieces=True),
    "pieces-nfkc": dict(model_type="bpe", vocab_size=8000, normalization_rule_name="nfkc",
                        user_defined_symbols=["<|im_start|>", "\n", "  "]),
    "characters": dict(model_type="char", vocab_size=3000),
    "words": dict(model_type="word", vocab_size=8000),
}


def train(lines, path, options):
    """Trains path.model."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_prefix=str(path), num_threads=1, minloglevel=2,
        max_sentence_length=100_000, hard_vocab_limit=False,
        character_coverage=0.99 if options["vocab_size"] > 10_000 else 0.98, **options)
    path.with_suffix(".vocab").unlink()


def read(path):
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(path.read_bytes())
    return model


def added(index, content, special=True):
    return {"id": index, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": False, "special": special}


def metaspace(scheme="always"):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": True}


def unigram_file(path, family):
    """The content of a tokenizer.json that says the same as a model, as families of models write it."""
    model = read(path)
    pieces = [[piece.piece, piece.score] for piece in model.pieces]
    names = [piece for piece, _ in pieces]
    charsmap = {"type": "Precompiled", "precompiled_charsmap":
                base64.b64encode(model.normalizer_spec.precompiled_charsmap).decode()}
    spaces = {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}
    end = "</s>"
    closing = {"type": "TemplateProcessing",
               "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": end, "type_id": 0}}],
               "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
               "special_tokens": {end: {"id": end, "ids": [names.index(end)], "tokens": [end]}}}
    normalizer, steps = charsmap, metaspace()
    if family == "t5":
        steps = {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace()]}
    elif family == "t5-newer":
        normalizer = {"type": "Sequence", "normalizers": [
            charsmap, {"type": "Strip", "strip_left": False, "strip_right": True}, spaces]}
    elif family == "albert":
        normalizer = {"type": "Sequence", "normalizers": [
            {"type": "Replace", "pattern": {"String": "``"}, "content": '"'},
            {"type": "Replace", "pattern": {"String": "''"}, "content": '"'},
            {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}, charsmap,
            dict(spaces, content=" ")]}
    elif family == "plain":
        normalizer = {"type": "Sequence", "normalizers": [
            {"type": "NFKC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]}
    special = [added(i, piece.piece) for i, piece in enumerate(model.pieces) if piece.type in (2, 3)]
    own = [added(i, piece.piece, False) for i, piece in enumerate(model.pieces) if piece.type == 4]
    if family == "t5":
        pieces += [[f"<extra_id_{i}>", 0.0] for i in range(99, -1, -1)]
        special += [dict(added(len(names) + i, pieces[len(names) + i][0]), lstrip=i % 2 == 0) for i in range(100)]
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special + own,
        "normalizer": normalizer, "pre_tokenizer": steps, "post_processor": closing, "decoder": metaspace(),
        "model": {"type": "Unigram", "unk_id": model.trainer_spec.unk_id, "vocab": pieces,
                  "byte_fallback": model.trainer_spec.byte_fallback},
    }


FILES = {
    "unigram-t5": ("unigram-t5", "t5"), "unigram-t5-newer": ("unigram-t5", "t5-newer"),
    "unigram-albert": ("unigram-t5", "albert"), "unigram-plain": ("unigram-t5", "plain"),
    "unigram-byte-fallback": ("unigram-folded", "xlm-r"),
}


def write_files(models, folder):
    """folder/<name>/tokenizer.json of every kind, from models/<name>.model."""
    for name, (model, family) in FILES.items():
        path = folder / name / "tokenizer.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            content = unigram_file(models / f"{model}.model", family)
            path.write_text(json.dumps(content, ensure_ascii=False))
