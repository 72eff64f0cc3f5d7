"""What a title, a candidate's name and a slug are made of, docs/protocol.md §7."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from reference.errors import claim

_KINDS: Final = unicodedata.ucd_3_2_0.category
_WORDS: Final = re.compile("WORD(?: WORD)*".replace("WORD", "(?:[LN]M{0,4}|[PS])+"))
_SLUG: Final = re.compile("[a-z0-9][a-z0-9-]*")
_SYMBOLS: Final = "$+<=>^`|~§°€№"
_LOOKS: Final = dict(
    zip("АВЕЁЗЙКМНОРСТУХЬГПБЧILO", "ABEE3ИKMH0PCTYXBRN64110", strict=True)
)
_MORE_LETTERS: Final = re.compile("[ӏӶӷӺ-ԯẞ]")
_INVISIBLE: Final = re.compile(
    "[\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180e\\u3164\\ufe00-\\ufe0f\\uffa0]"
)


def claim_slug(slug: str) -> None:
    """Refute what is no election's id."""
    claim(len(slug) <= 64, "have a slug of more than 64 characters")
    claim(_SLUG.fullmatch(slug) is not None, "have a slug that is none")


def look(line: tuple[str, str]) -> str:
    """Write a candidate's name and particulars as a reader may take them."""
    name, particulars = line
    shown = f"{name}, {particulars}" if particulars else name
    capitals = unicodedata.normalize("NFKC", shown).upper()
    return "".join(_LOOKS.get(each, each) for each in capitals if each not in " -./_@+")


def claim_name(name: str, *, longest: int = 128) -> None:
    """Refute what is no title and no candidate's name."""
    spelled = "".join(map(_kind, name))
    claim(_WORDS.fullmatch(spelled) is not None, "has a name that is no words")
    claim("L" in spelled or "N" in spelled, "has a name of signs alone")
    fits = len(name.encode()) <= longest
    claim(fits, f"has a text of more than {longest} bytes")
    is_composed = unicodedata.normalize("NFC", name) == name
    claim(is_composed, "has a name that is not in NFC")


def _kind(character: str) -> str:
    if character == " ":
        return " "
    if character in _SYMBOLS:
        return "S"
    if _MORE_LETTERS.match(character):
        return "L"
    kind = _KINDS(character)
    if kind == "Me" or _INVISIBLE.match(character):
        return "?"
    return kind[0] if kind[0] in "LMNP" else "?"
