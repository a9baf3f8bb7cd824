# SPDX-License-Identifier: Apache-2.0
"""Writes the Unicode tables that the normalizers read.

    python dev/tables/make_unicode_tables.py Sources/CajalText/Unicode/UnicodeTables+Generated.swift

Needs the Python packages `unicodedataplus` (16.0), `unicodedata2` (17.0) and `tokenizers` (0.23).
The parts of the reference stand on different versions of Unicode, so each table does: normal
forms and combining marks on 9.0, the categories of BertNormalizer on 8.0, lower case and grapheme
clusters on 17.0. Normal forms come from the character database, cut at their version. The sets
and the lower case are asked of the reference itself, scalar by scalar: it says which of them it
has.

Every table is a row of numbers, each written in digits of five bits, the lowest first; a digit of
32 and above says that another follows.
"""

import sys
from pathlib import Path

import unicodedata2 as newer
import unicodedataplus as unicode
from tokenizers import normalizers

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HANGUL = range(0xAC00, 0xAC00 + 11172)


def age(scalar):
    try:
        major, minor = str(unicode.age(chr(scalar))).split(".")
        return int(major), int(minor)
    except ValueError:
        return 99, 0


KNOWN = [c for c in SCALARS if age(c) <= (9, 0)]


def number(value):
    digits = ""
    while value >= 32:
        digits += DIGITS[32 + value % 32]
        value //= 32
    return digits + DIGITS[value]


def signed(value):
    return number(2 * value if value >= 0 else -2 * value - 1)


def runs(values):
    """Gap, length and value of every stretch of equal values other than 0."""
    row, last, end = "", 0, 0
    starts = sorted(values)
    index = 0
    while index < len(starts):
        start = starts[index]
        stop = start
        while index < len(starts) and starts[index] == stop and values[stop] == values[start]:
            stop += 1
            index += 1
        row += number(start - end) + number(stop - start) + number(values[start])
        end = stop
    return row


def combining_classes():
    return runs({c: k for c in KNOWN if (k := unicode.combining(chr(c)))})


def decompositions(form, without=None):
    """Gap, length and the scalars, as distances from the one that falls apart."""
    row, last = "", 0
    for c in KNOWN:
        whole = unicode.normalize(form, chr(c))
        if c in HANGUL or whole == chr(c):
            continue
        if without and whole == unicode.normalize(without, chr(c)):
            continue
        row += number(c - last) + number(len(whole)) + "".join(signed(ord(d) - c) for d in whole)
        last = c
    return row


def compositions():
    """First, second and whole, by whole: gap, and distances from the whole."""
    row, last = "", 0
    for c in KNOWN:
        parts = unicode.decomposition(chr(c)).split()
        if len(parts) != 2 or parts[0].startswith("<"):
            continue
        first, second = (int(part, 16) for part in parts)
        if unicode.normalize("NFC", chr(first) + chr(second)) != chr(c):
            continue
        row += number(c - last) + signed(first - c) + signed(second - c)
        last = c
    return row


def vanishing(normalizer):
    """The scalars that a normalizer leaves out."""
    return {c for c in SCALARS if normalizer.normalize_str(f"a{chr(c)}b") == "ab"}


def classes():
    def bert(**on):
        switches = dict(
            clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
        return normalizers.BertNormalizer(**{**switches, **on})

    cleaned = vanishing(bert(clean_text=True))
    nonspacing = vanishing(bert(strip_accents=True))
    marks = vanishing(normalizers.StripAccents())
    return runs({
        c: (c in cleaned) | (c in nonspacing) << 1 | (c in marks) << 2
        for c in cleaned | nonspacing | marks})


def lower_case():
    """Gap, count, step and distance of stretches of equal distance. U+0130 becomes two scalars."""
    lower = normalizers.Lowercase()
    distance = {}
    for c in SCALARS:
        small = lower.normalize_str(chr(c))
        if c == 0x130:
            assert small == "i\u0307"
        elif small != chr(c):
            assert len(small) == 1
            distance[c] = ord(small) - c
    row, last = "", 0
    while distance:
        start = min(distance)
        by = distance[start]
        step = 1 if distance.get(start + 1) == by else 2
        stop = start
        while distance.get(stop) == by:
            del distance[stop]
            stop += step
        row += number(start - last) + number((stop - start) // step) + number(step) + signed(by)
        last = start
    return row


BREAKS = [
    "Other", "CR", "LF", "Control", "Extend", "ZWJ", "Regional_Indicator", "Prepend", "SpacingMark",
    "L", "V", "T",
]
PICTOGRAPHIC = 12
CONJUNCT = {"None": 0, "Consonant": 16, "Extend": 32, "Linker": 64}
# What Unicode 17.0 added has the values that follow from its categories.
ADDED = {
    "Mn": BREAKS.index("Extend") | CONJUNCT["Extend"],
    "Mc": BREAKS.index("SpacingMark"),
    "Cf": BREAKS.index("Control"),
}


def breaks():
    values = {}
    for c in SCALARS:
        if c in HANGUL:
            continue
        kind = BREAKS.index(unicode.grapheme_cluster_break(chr(c)))
        if kind == 0 and unicode.is_extended_pictographic(chr(c)):
            kind = PICTOGRAPHIC
        kind |= CONJUNCT[unicode.indic_conjunct_break(chr(c))]
        if unicode.category(chr(c)) == "Cn":
            kind = ADDED.get(newer.category(chr(c)), kind)
        if kind:
            values[c] = kind
    return runs(values)


TABLES = [
    ("combiningClasses", "Canonical combining classes of Unicode 9.0.", combining_classes),
    ("canonicalDecompositions", "Full canonical decompositions of Unicode 9.0, without Hangul.",
     lambda: decompositions("NFD")),
    ("compatibilityDecompositions", "Full compatibility decompositions that differ from these.",
     lambda: decompositions("NFKD", without="NFD")),
    ("compositions", "Primary composites of Unicode 9.0, without Hangul.", compositions),
    ("classes", "1: control, format, private use and U+FFFD; 2: non-spacing mark (both Unicode "
     "8.0); 4: mark of Unicode 9.0.", classes),
    ("lowerCase", "Lower case of Unicode 17.0, without U+0130.", lower_case),
    ("graphemeBreaks", "Grapheme cluster breaks with pictographs and conjuncts, without Hangul "
     "syllables.", breaks),
]


def main():
    lines = [
        "// SPDX-License-Identifier: Apache-2.0",
        "// Written by dev/tables/make_unicode_tables.py.",
        "",
        "/// Rows of numbers; the script says what they mean.",
        "enum UnicodeTables {",
    ]
    for name, meaning, make in TABLES:
        row = make()
        print(name, len(row))
        lines += [f"  /// {meaning}", f'  static let {name}: StaticString = """']
        lines += [f"    {row[i:i + 94]}\\" for i in range(0, len(row), 94)]
        lines[-1] = lines[-1][:-1]
        lines += ['    """', ""]
    lines[-1] = "}"
    Path(sys.argv[1]).write_text("\n".join(lines) + "\n")


main()
