# SPDX-License-Identifier: Apache-2.0
"""Text that breaks tokenizers: made, not found. Every maker takes a source of chance and returns a document."""

import json

SPACES = (
    " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\u00ad\u2800"
)
MARKS = [chr(code) for first, last in (
    (0x300, 0x36F), (0x483, 0x489), (0x591, 0x5BD), (0x64B, 0x65F), (0x93C, 0x94D), (0xE38, 0xE4E),
    (0xF71, 0xF84), (0x1AB0, 0x1ABE), (0x1DC0, 0x1DFF), (0x20D0, 0x20F0), (0x3099, 0x309A),
    (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0x1D165, 0x1D169), (0x1E8D0, 0x1E8D6),
) for code in range(first, last + 1)]
BASES = "aeiouAEIOUnycsz가각한カハウ\u1100\u1161\u11a8\u0915\u0995\u0e01\u0f40\u05d0\u0627\u0418\u0391ﬁ①½Åſẞİıǆ²"
SPECIAL = (
    "<|endoftext|>", "<s>", "</s>", "<unk>", "<pad>", "[CLS]", "[SEP]", "[UNK]", "[MASK]", "[PAD]",
    "<|im_start|>", "<|im_end|>", "<|begin_of_text|>", "<|eot_id|>", "<0x41>", "<0xFF>", "▁", "##ing",
    "<|fim_prefix|>", "<bos>", "<start_of_turn>", "<extra_id_0>", "<mask>", "</w>", "[INST]",
)
WORDS = (
    "I'm you're WE'LL they'd it's IT'S don't DON'T o'clock 'tis she'Ve 'ſ 'S 'ſ' K'LL Straße İstanbul "
    "HTTPServer iPhone camelCaseWord SCREAMING_SNAKE kebab-case x86_64 naïve coöperate ﬁnance Ⅷ Ⓐ ａｂｃ "
    "Ǆungla ǅ ʰ ª º ﷺ ㍿ ｶﾞ 한국 ㄱㄴ 々 〇 ー 日本 ไทย ក្រុម མཐའ शृं ക്ഷ ශ්‍රී မြန်မာ ‏שלום‎ ١٢٣ १२३ ๑๒๓ "
    "e=mc² 3.14 1,000,000 0xDEADBEEF 1e-9 50% $9.99 €5 №1 №１ a_b a__b -- --- … ... !!! ?!?! ~~~ ``` ''' \"\"\""
).split(" ")


def marks(chance):
    """Bases with piles of marks, in no order."""
    parts = []
    for _ in range(chance.between(20, 200)):
        parts.append(chance.choice(BASES))
        parts += [chance.choice(MARKS) for _ in range(chance.below(chance.choice((2, 4, 12))))]
        if chance.chance(0.2):
            parts.append(" ")
    return "".join(parts)


def spaces(chance):
    """Words with every kind of space between them, alone and in runs."""
    parts = []
    for _ in range(chance.between(30, 200)):
        parts.append(chance.choice(WORDS))
        space = chance.choice(SPACES)
        parts += [space if chance.chance(0.7) else chance.choice(SPACES)
                  for _ in range(chance.choice((0, 1, 1, 2, 3, 9)))]
    return "".join(parts)


def special(chance):
    """What looks like added tokens, glued to words and apart."""
    parts = []
    for _ in range(chance.between(20, 120)):
        parts.append(chance.choice(SPECIAL if chance.chance(0.5) else WORDS))
        parts.append(chance.choice(("", "", " ", "  ", "\n", "\t")))
    return "".join(parts)


def long_line(chance):
    """One line without a break: letters, or one character, or digits, or signs."""
    kind = chance.below(6)
    count = chance.between(500, 6000)
    if kind == 0:
        return "".join(chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(count))
    if kind == 1:
        return chance.choice("aA0 =-._\n我あ한😀\u0301\u200d") * count
    if kind == 2:
        return "".join(chance.choice("0123456789") for _ in range(count))
    if kind == 3:
        return "".join(chance.choice("!?#$%&*+-/<=>@^|~()[]{}\"'`;:,.") for _ in range(count))
    if kind == 4:
        return "".join(chance.choice("abcABC019+/=") for _ in range(count))
    return "".join(chr(chance.between(0x4E00, 0x9FA5)) for _ in range(count // 3))


def any_scalars(chance):
    """Scalars from everywhere: unassigned ones, private use, noncharacters, controls."""
    planes = ((0, 0x7F), (0, 0x7FF), (0, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x1FFFF), (0x20000, 0x10FFFF))
    first, last = chance.choice(planes)
    return "".join(chr(chance.between(first, last)) for _ in range(chance.between(50, 500)))


def block(chance):
    """Neighbours: a stretch of consecutive scalars, forwards or shuffled."""
    first = chance.between(0, 0x1FF00) & ~0xF
    codes = [c for c in range(first, first + chance.between(16, 256)) if not 0xD800 <= c <= 0xDFFF]
    return chance.choice(("", "", " ")).join(
        map(chr, chance.shuffled(codes) if chance.chance(0.5) else codes)
    )


def windows(chance):
    """Lines that end as on Windows, on old Macs, and in between."""
    parts = []
    for _ in range(chance.between(20, 100)):
        parts.append(" ".join(chance.choice(WORDS) for _ in range(chance.below(9))))
        parts.append(chance.choice(("\r\n", "\r\n", "\r\n", "\n", "\r", "\r\r\n", " \r\n \r\n", "\n\n\n")))
    return "".join(parts)


def data(chance):
    """JSON, addresses, numbers, tables, as they come out of programs."""
    kind = chance.below(4)
    number = lambda: chance.choice((chance.below(10), chance.below(10**6), chance.below(10**9) / 1000, -1))
    if kind == 0:
        rows = [{"id": number(), "name": chance.choice(WORDS), "values": [number() for _ in range(5)],
                 "ok": chance.chance(0.5), "none": None} for _ in range(chance.between(3, 20))]
        return json.dumps(rows, indent=chance.choice((None, 1, 2, 4)), ensure_ascii=chance.chance(0.3))
    if kind == 1:
        return "\n".join(
            f"https://{chance.choice(('example.org', 'пример.рф', 'a.b.co.uk'))}/{chance.choice(WORDS)}"
            f"?q={number()}&x=%{chance.below(256):02X}#{'%08x' % chance.below(2**32)}"
            for _ in range(chance.between(5, 40))
        )
    if kind == 2:
        return "\n".join(
            chance.choice(",;\t|").join(str(number()) for _ in range(8))
            for _ in range(chance.between(5, 60))
        )
    return " ".join(
        f"{number()}{chance.choice(('', '%', ' km', '€', ' ± 0.1', '°C', 'e+10'))}"
        for _ in range(chance.between(30, 200))
    )


def digits(chance):
    """Numbers in every system of digits."""
    zeros = (0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66,
             0xE50, 0xED0, 0xF20, 0x1040, 0x17E0, 0x1810, 0xFF10, 0x104A0, 0x1D7CE, 0x1E950)
    parts = []
    for _ in range(chance.between(30, 200)):
        zero = chance.choice(zeros)
        parts.append("".join(chr(zero + chance.below(10)) for _ in range(chance.between(1, 12))))
        parts.append(chance.choice((" ", "", ".", ",", "-", "\n")))
    return "".join(parts)


MAKERS = (marks, spaces, special, long_line, any_scalars, block, windows, data, digits)


def documents(chance, size):
    """Documents of all kinds in turn until their bytes reach a size."""
    made = 0
    while made < size:
        for maker in MAKERS:
            text = maker(chance)
            made += len(text.encode())
            yield maker.__name__, text
