"""The one writing of a voter's identifier, and which identifiers look alike.

docs/protocol.md §6. The alphabet is small and fixed here, so that neither the version
of Unicode nor the locale of a machine decides who is who.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from election.errors import VoterIdError

LONGEST: Final = 64
"""Characters of an identifier in its one writing."""

_SUBJECT: Final = "voter id"
_LATIN: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CYRILLIC: Final = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁ"
_DIGITS: Final = "0123456789"
_MARKS: Final = " -./_@+"
_BLANKS: Final = re.compile("[ \t\u00a0]+")
_MARKED: Final = (("И\u0306", "Й"), ("Е\u0308", "Ё"))
_LETTERS: Final = _LATIN + _CYRILLIC
_CAPITALS: Final = str.maketrans(dict(zip(_LETTERS.lower(), _LETTERS, strict=True)))
_FORM: Final = re.compile(
    "|".join(
        f"[{letters}0-9](?:[{letters}0-9{re.escape(_MARKS)}]*[{letters}0-9])?"
        for letters in (_LATIN, _CYRILLIC)
    )
)

_NO_MARKS: Final = str.maketrans("", "", _MARKS)
_LOOKS: Final = str.maketrans(
    # of capitals or of small letters, since both are one letter here
    "АВЕЁЗЙКМНОРСТУХЬГПБЧILO",
    "ABEE3ИKMH0PCTYXBRN64110",
    _MARKS,
)


def normalize_voter_id(voter_id: str) -> str:
    """Write an identifier in its one way; raises VoterIdError where it has none."""
    text = _BLANKS.sub(" ", voter_id).strip(" ").translate(_CAPITALS)
    for pair, letter in _MARKED:
        text = text.replace(pair, letter)
    if len(text) > LONGEST or _FORM.fullmatch(text) is None:
        raise VoterIdError(_SUBJECT, _explain(text))
    return text


def fold_look_alikes(normalized: str) -> str:
    """Write as one what a reader may take for one: equal for ids that look alike."""
    return normalized.translate(_LOOKS)


def pair_look_alikes(normalized: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Pair each identifier with the first that looks like it, by their places."""
    first: dict[str, int] = {}
    pairs = (
        (first.setdefault(fold_look_alikes(each), at), at)
        for at, each in enumerate(normalized)
    )
    return tuple(pair for pair in pairs if pair[0] != pair[1])


def spell_difference(one: str, other: str) -> str:
    """Say in which letters two identifiers differ that look alike, by their names.

    Both in their one writing: a capital stands for either form of its letter.
    """
    letters = [each.translate(_NO_MARKS) for each in (one, other)]
    apart = {
        f"{_name(mine)} in the first is {_name(theirs)} in the other": None
        for mine, theirs in zip(*letters, strict=True)  # a look is one character
        if mine != theirs
    }
    return ", ".join(apart) or "only blanks, marks or forms of letters differ"


def _name(character: str) -> str:
    return unicodedata.name(character, "a letter").replace("CAPITAL ", "").lower()


def _explain(text: str) -> str:
    """Say to whoever typed it what to change; quotes nothing that could be unseen."""
    if not text:
        return "is empty: write it as it stands in the register"
    for place, each in enumerate(text, 1):
        if each not in _LETTERS + _DIGITS + _MARKS:
            name = unicodedata.name(each, "without a name")
            return (
                f"character {place} is U+{ord(each):04X}, {name.lower()}: only A-Z, "
                f"А-Я, Ё, 0-9, blanks and - . / _ @ + are used"
            )
    if len(text) > LONGEST:
        return f"has {len(text)} characters, {LONGEST} at most"
    if text[0] in _MARKS or text[-1] in _MARKS:
        return "does not begin and end with a letter or a digit"
    latin, cyrillic = (
        next(place for place, each in enumerate(text, 1) if each in letters)
        for letters in (_LATIN, _CYRILLIC)
    )
    return (
        f"character {latin} is a latin letter and character {cyrillic} a cyrillic one: "
        "type it in one alphabet"
    )
