# SPDX-License-Identifier: Apache-2.0
"""Tokenizers of every kind in use, built as model repositories write them and trained on text of one's own."""

from tokenizers import (
    AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers,
)

import patterns

ALPHABET = pre_tokenizers.ByteLevel.alphabet


def split(*sources):
    return [pre_tokenizers.Split(Regex(source), "isolated") for source in sources]


def byte_level(regex=False, prefix=False, trim=True):
    return pre_tokenizers.ByteLevel(add_prefix_space=prefix, use_regex=regex, trim_offsets=trim)


def template(tokenizer, single, *names):
    """A post-processor that writes tokens around the text."""
    return processors.TemplateProcessing(
        single=single, pair=None, special_tokens=[(name, tokenizer.token_to_id(name)) for name in names]
    )


def train_byte_level(texts, pre_tokenizer, size, normalizer=None, specials=("<|endoftext|>",)):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(specials), initial_alphabet=ALPHABET(), show_progress=False))
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def gpt2(texts, size):
    return train_byte_level(texts, byte_level(regex=True), size)


def llama3(texts, size):
    steps = pre_tokenizers.Sequence(split(patterns.LLAMA3) + [byte_level()])
    specials = ("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>")
    tokenizer = train_byte_level(texts, steps, size, specials=specials)
    tokenizer.model.ignore_merges = True
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=True),
        template(tokenizer, "<|begin_of_text|> $A", "<|begin_of_text|>"),
    ])
    return tokenizer


def qwen(texts, size):
    steps = pre_tokenizers.Sequence(split(patterns.QWEN) + [byte_level(trim=False)])
    tokenizer = train_byte_level(texts, steps, size, normalizers.NFC())
    tokenizer.add_special_tokens([AddedToken(name, normalized=False)
                                  for name in ("<|im_start|>", "<|im_end|>")])
    tokenizer.add_tokens([AddedToken(name, normalized=False) for name in ("<|fim_prefix|>", "<tool_call>")])
    return tokenizer


def o200k(texts, size):
    return train_byte_level(texts, pre_tokenizers.Sequence(split(patterns.O200K) + [byte_level()]), size)


def deepseek(texts, size):
    steps = pre_tokenizers.Sequence(split(*patterns.DEEPSEEK_V3) + [byte_level()])
    return train_byte_level(texts, steps, size, normalizers.Sequence([]))


def deepseek_llm(texts, size):
    steps = split(*patterns.DEEPSEEK_LLM)
    steps += [pre_tokenizers.Digits(individual_digits=True), byte_level()]
    return train_byte_level(texts, pre_tokenizers.Sequence(steps), size)


def tekken(texts, size):
    return train_byte_level(texts, pre_tokenizers.Sequence(split(patterns.TEKKEN) + [byte_level()]), size)


def starcoder(texts, size):
    steps = [pre_tokenizers.Digits(individual_digits=True), byte_level(regex=True)]
    return train_byte_level(texts, pre_tokenizers.Sequence(steps), size)


def falcon(texts, size):
    steps = [
        pre_tokenizers.Punctuation("contiguous"), byte_level(regex=True),
        pre_tokenizers.Digits(individual_digits=False), *split("[0-9][0-9][0-9]"),
    ]
    return train_byte_level(texts, pre_tokenizers.Sequence(steps), size)


def bloom(texts, size):
    return train_byte_level(texts, pre_tokenizers.Sequence(split(patterns.BLOOM) + [byte_level()]), size)


def neox(texts, size):
    tokenizer = train_byte_level(texts, byte_level(regex=True), size, normalizers.NFC())
    tokenizer.add_tokens([AddedToken(" " * count, normalized=True) for count in range(24, 1, -1)])
    return tokenizer


def roberta(texts, size):
    specials = ("<s>", "<pad>", "</s>", "<unk>")
    tokenizer = train_byte_level(texts, byte_level(regex=True, prefix=True), size, specials=specials)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", tokenizer.token_to_id("</s>")), ("<s>", tokenizer.token_to_id("<s>")),
        trim_offsets=True, add_prefix_space=True)
    return tokenizer


def clip(texts, size):
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token="<|endoftext|>"))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(patterns.CLIP), "removed", invert=True), byte_level()])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<|startoftext|>", "<|endoftext|>"], initial_alphabet=ALPHABET(),
        end_of_word_suffix="</w>", show_progress=False))
    tokenizer.post_processor = processors.RobertaProcessing(
        ("<|endoftext|>", tokenizer.token_to_id("<|endoftext|>")),
        ("<|startoftext|>", tokenizer.token_to_id("<|startoftext|>")),
        trim_offsets=False, add_prefix_space=False)
    return tokenizer


def gpt1(texts, size):
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token="<unk>"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.BPEDecoder(suffix="</w>")
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<unk>"], end_of_word_suffix="</w>", show_progress=False))
    return tokenizer


BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def train_pieces(texts, size, normalizer, pre_tokenizer):
    """BPE over characters with words joined by ▁ and bytes for what is unknown."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    # Without words the trainer would take whole lines for words; so it sees them apart.
    words = (word for text in texts for word in text.replace(" ", "\0 ").split("\0"))
    tokenizer.train_from_iterator(words, trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<unk>", "<s>", "</s>"] + BYTES, show_progress=False,
        limit_alphabet=3000, max_token_length=16))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.post_processor = template(tokenizer, "<s> $A", "<s>")
    return tokenizer


def llama2(texts, size):
    normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer = train_pieces(texts, size, normalizer, None)
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens([AddedToken(name, normalized=False) for name in ("<unk>", "<s>", "</s>")])
    return tokenizer


def mistral(texts, size):
    """The newer form of the same: Metaspace, not split."""
    step = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)
    tokenizer = train_pieces(texts, size, None, step)
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens([AddedToken(name, normalized=False) for name in ("<unk>", "<s>", "</s>")])
    tokenizer.add_special_tokens([AddedToken("<|im_end|>", rstrip=True, normalized=False)])
    tokenizer.add_tokens([AddedToken("[INST]", single_word=True), AddedToken("iPhone", normalized=True)])
    return tokenizer


def gemma(texts, size):
    step = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer = train_pieces(texts, size, normalizers.Replace(" ", "▁"), step)
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_tokens([AddedToken("\n" * count, normalized=False) for count in range(2, 9)])
    tokenizer.add_special_tokens([AddedToken(name, normalized=False)
                                  for name in ("<bos>", "<start_of_turn>")])
    return tokenizer


def word_piece(texts, size, lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(
        vocab_size=size, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    tokenizer.post_processor = template(tokenizer, "[CLS] $A [SEP]", "[CLS]", "[SEP]")
    return tokenizer


def bert_uncased(texts, size):
    return word_piece(texts, size, True)


def bert_cased(texts, size):
    return word_piece(texts, size, False)


def word_level(texts, size, step=None, normalizer=None):
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.pre_tokenizer = step or pre_tokenizers.WhitespaceSplit()
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.train_from_iterator(texts, trainers.WordLevelTrainer(
        vocab_size=size, special_tokens=["<unk>", "<pad>"], show_progress=False))
    return tokenizer


def word_level_steps(texts, size):
    """Rarer normalizers and pre-tokenizers in one file."""
    steps = [
        pre_tokenizers.UnicodeScripts(), pre_tokenizers.Whitespace(),
        pre_tokenizers.Punctuation("merged_with_next"), pre_tokenizers.Digits(individual_digits=True),
    ]
    normalizer = normalizers.Sequence([
        normalizers.Nmt(), normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(),
        normalizers.Strip(), normalizers.Replace(Regex("[0-9]+"), "0")])
    return word_level(texts, size, pre_tokenizers.Sequence(steps), normalizer)


def word_level_characters(texts, size):
    steps = [pre_tokenizers.CharDelimiterSplit(","), *split(r".")]
    return word_level(texts, size, pre_tokenizers.Sequence(steps), normalizers.NFD())


SMALL = 8000
KINDS = {
    "bpe-gpt2": (gpt2, 32000), "bpe-llama3": (llama3, 32000), "bpe-qwen": (qwen, 32000),
    "bpe-o200k": (o200k, 32000), "bpe-deepseek": (deepseek, 32000),
    "bpe-deepseek-llm": (deepseek_llm, SMALL), "bpe-tekken": (tekken, SMALL),
    "bpe-starcoder": (starcoder, SMALL), "bpe-falcon": (falcon, SMALL), "bpe-bloom": (bloom, SMALL),
    "bpe-neox": (neox, SMALL), "bpe-roberta": (roberta, SMALL), "bpe-clip": (clip, SMALL),
    "bpe-gpt1": (gpt1, SMALL),
    "pieces-llama2": (llama2, 32000), "pieces-mistral": (mistral, SMALL), "pieces-gemma": (gemma, 32000),
    "wordpiece-uncased": (bert_uncased, 30000), "wordpiece-cased": (bert_cased, 30000),
    "word-level": (word_level, 30000), "word-level-steps": (word_level_steps, SMALL),
    "word-level-characters": (word_level_characters, SMALL),
}
