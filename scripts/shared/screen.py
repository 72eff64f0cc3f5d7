"""Anybody's text as it may stand on a screen: nothing of it is obeyed, all is seen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from election.protocol.text import classify, mark_fits

_WORD: Final = re.compile(r" *[^ ]+")
_PHRASE: Final = re.compile(r" *[^ `]*`veche [^`]{1,60}`[^ ]*| *[^ ]+")


def escape(text: str) -> str:
    r"""Spell every character that would not show itself, such as \u{202e} or \u{a}."""
    text = text.replace("\\u{", "\\u{5c}u{")  # so that what is spelt is ours
    if text.isascii() and text.isprintable():
        return text
    kinds = [classify(each) for each in text]
    columns = zip(text, kinds, mark_fits(kinds), strict=True)
    return "".join(c if kind and fits else spell(c) for c, kind, fits in columns)


def spell(character: str) -> str:
    r"""Spell a character, as \u{202e}."""
    return f"\\u{{{ord(character):x}}}"


def wrap(line: str, width: int) -> list[str]:
    """Break an escaped line at blanks, so that its rows fit and the later ones recede.

    A word that is wider than the screen stays whole, so that it can be copied, and so
    does a command in a sentence, unless it is.
    """
    indent = len(line) - len(line.lstrip(" "))
    margin = " " * min(indent + 2, width // 2)
    rows, row = [], ""
    for word in _list_words(line, width - len(margin)):
        if row.strip() and measure(row + word) > width:
            rows.append(row)
            row = margin + word.lstrip(" ")
        else:
            row += word
    return [*rows, row]


def _list_words(line: str, room: int) -> Iterator[str]:
    for phrase in _PHRASE.findall(line):
        fits = measure(phrase.lstrip(" ")) <= room
        yield from (phrase,) if fits else _WORD.findall(phrase)


def measure(text: str) -> int:
    """Count the columns that an escaped text takes."""
    wide = sum(unicodedata.east_asian_width(each) in "FW" for each in text)
    marks = sum(unicodedata.category(each) == "Mn" for each in text)
    return len(text) + wide - marks
