# SPDX-License-Identifier: Apache-2.0
"""Texts in many languages out of packages: translated messages, names of the CLDR, pages of the web."""

import gettext
import io
import json
import pickle
import re
import unicodedata
from collections import Counter

CATALOGUES = ("django", "pycountry", "sphinx", "wagtail")

# Folders of chardet's tests, and what Python calls their encodings where that differs.
ENCODINGS = {"TIS-620": "tis_620", "MacCyrillic": "mac_cyrillic", "MacRoman": "mac_roman"}


def catalogue(content):
    """The translations of a compiled catalogue."""
    try:
        table = gettext.GNUTranslations(io.BytesIO(content))._catalog
    except (OSError, UnicodeDecodeError):
        return []
    return [text for key, text in sorted(table.items(), key=str) if key != "" and text]


class Names(pickle.Unpickler):
    """A locale of Babel without Babel: its own classes are left empty."""

    class Left:
        def __init__(self, *_, **__):
            pass

        def __setstate__(self, state):
            pass

    def find_class(self, module, name):
        return self.Left


def strings(value):
    """All strings below a value, longer ones only."""
    if isinstance(value, str):
        if len(value) > 2:
            yield value
    elif isinstance(value, dict):
        for key in sorted(value, key=str):
            yield from strings(value[key])
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item)


def messages(archives):
    """(language, [message]) of every catalogue and locale."""
    for package in CATALOGUES:
        for path, content in archives.files(package).items():
            found = re.search(r"/locales?/([^/]+)/LC_MESSAGES/[^/]+\.mo$", "/" + path)
            if found and not found[1].startswith("en"):
                yield found[1], catalogue(content)
    for path, content in archives.files("babel").items():
        found = re.fullmatch(r"babel/locale-data/([a-z]+(?:_[A-Z][a-z]{3})?)\.dat", path)
        if found and not found[1].startswith("en"):
            yield found[1], list(strings(Names(io.BytesIO(content)).load()))
    for path, content in archives.files("emoji").items():
        found = re.fullmatch(r"emoji/unicode_codes/emoji_(\w+)\.json", path)
        if found:
            names = json.loads(content)
            yield found[1], [f"{sign} {name.strip(':').replace('_', ' ')}" for sign, name in names.items()]


def pages(archives):
    """Pages that tests of chardet keep in old encodings, their marks of HTML and XML taken out."""
    for path, content in archives.files("chardet").items():
        found = re.match(r"tests/([^/]+)/[^/]+$", path)
        if not found:
            continue
        name = re.sub(r"-[a-z]{4,}$", "", found[1])
        name = ENCODINGS.get(name, name)
        try:
            text = content.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
        text = re.sub(r"(?s)<(script|style)\b.*?</\1>|<!--.*?-->|<[^>]*>", " ", text)
        text = re.sub(r"[ \t]{3,}", " ", re.sub(r"(\s*\n){3,}", "\n\n", text)).strip()
        if len(text) > 200:
            yield text


BLOCKS = {"EN": "LATIN", "KATAKANA-HIRAGANA": "KATAKANA", "OL": "OL CHIKI"}
known = {}


def script(character):
    """What the name of a letter or mark begins with: LATIN, CJK, DEVANAGARI."""
    if character not in known:
        name = unicodedata.name(character, "").split(" ")[0]
        letter = unicodedata.category(character)[0] in "LM"
        known[character] = BLOCKS.get(name, name) if letter else ""
    return known[character]


def scripts(text):
    """Bytes by script."""
    found = Counter()
    for character, count in Counter(text).items():
        found[script(character)] += count * len(character.encode())
    found.pop("", None)
    return found


def main_script(text):
    """The script of a text; Japanese is told from Chinese by its kana."""
    found = scripts(text)
    if not found:
        return ""
    kana = found["HIRAGANA"] + found["KATAKANA"]
    if kana * 10 > found["CJK"] and kana + found["CJK"] > found["LATIN"]:
        return "HIRAGANA"
    return found.most_common(1)[0][0]
