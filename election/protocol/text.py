"""Which texts are names that a person can read: titles, candidates, slugs.

docs/protocol.md §7. Pinned to Unicode 3.2, which every Python carries beside its own
(RFC 3454 lists it) and which no later version changes. What stands here is public text
of somebody else: a name that passes shows nothing but itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from election.protocol.voter_id import pair_look_alikes, spell_difference

LONGEST_NAME: Final = 128
"""Bytes of UTF-8 of a title or of a candidate's name."""

LONGEST_PARTICULARS: Final = 256
"""Bytes of UTF-8 of what stands behind a candidate's name."""

LONGEST_SLUG: Final = 64

MOST_MARKS: Final = 4
"""Combining marks in a row; more would be drawn over other lines."""

_FIRST_SECOND: Final = -62_135_596_800  # of the year 1
_LAST_SECOND: Final = 253_402_300_799  # of the year 9999
_SLUG: Final = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{LONGEST_SLUG - 1}}}")
_UNICODE: Final = unicodedata.ucd_3_2_0
_SYMBOLS: Final = frozenset("$+<=>^`|~§°€№")
_LATER_LETTERS: Final = frozenset(  # of Cyrillic and German, younger than Unicode 3.2
    map(chr, (0x4CF, 0x4F6, 0x4F7, *range(0x4FA, 0x530), 0x1E9E))
)
_UNSEEN: Final = frozenset(  # letters, marks and hyphens that show nothing
    map(
        chr,
        (
            *(0xAD, 0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
            *range(0x180B, 0x180F),
            *range(0xFE00, 0xFE10),
        ),
    )
)


def classify(character: str) -> str:
    """Give L, M, N, P, S or Z: letter, mark, number, punctuation, symbol, blank.

    Empty for a character that no text on a screen may have.
    """
    if character == " ":
        return "Z"
    if character in _LATER_LETTERS:
        return "L"
    if character in _SYMBOLS:
        return "S"
    category = _UNICODE.category(character)
    is_shown = category[0] in "LMNP" and category != "Me" and character not in _UNSEEN
    return category[0] if is_shown else ""


def find_name_fault(text: str, *, longest: int = LONGEST_NAME) -> str | None:
    """Say why a text can be no title and no candidate's name; None if it can."""
    kinds = [classify(each) for each in text]
    if "" in kinds:
        return f"has U+{ord(text[kinds.index('')]):04X} in it, which no name may have"
    facts = {
        f"is empty or above {longest} bytes": 0 < _size(text) <= longest,
        "is not in unicode form nfc": unicodedata.is_normalized("NFC", text),
        "has a blank at an end, or two in a row": " ".join(text.split()) == text,
        "has no letter and no digit": not {"L", "N"}.isdisjoint(kinds),
        f"has a mark by itself, or above {MOST_MARKS} in a row": all(mark_fits(kinds)),
    }
    return next((fact for fact, holds in facts.items() if not holds), None)


def find_particulars_fault(text: str) -> str | None:
    """Say why a text can be no candidate's particulars; None if it can."""
    return find_name_fault(text, longest=LONGEST_PARTICULARS) if text else None


def spell_lines(names: Sequence[str], particulars: Sequence[str]) -> tuple[str, ...]:
    """Write candidates as the lines of a ballot: name, particulars if there are any."""
    pairs = zip(names, particulars, strict=False)  # what is missing C4 finds
    return tuple(f"{name}, {more}" if more else name for name, more in pairs)


def are_lines_apart(names: Sequence[str], particulars: Sequence[str]) -> bool:
    """Tell whether no two lines of a ballot look alike to a reader."""
    return spell_twins(names, particulars) is None


def spell_twins(names: Sequence[str], particulars: Sequence[str]) -> str | None:
    """Name two lines of a ballot that look alike, and their letters; None if none do.

    Lines are counted from 1, as on the ballot.
    """
    lines = spell_lines(names, particulars)
    plain = [unicodedata.normalize("NFKC", line).upper() for line in lines]
    pairs = pair_look_alikes(plain)
    if not pairs:
        return None
    one, other = pairs[0]
    what = f"candidates {one + 1} and {other + 1}, {lines[one]} and {lines[other]}"
    if lines[one] == lines[other]:
        return f"{what}, are the same"
    return f"{what}, look alike: {spell_difference(plain[one], plain[other])}"


def find_slug_fault(text: str) -> str | None:
    """Say why a text can be no election's id; None if it can."""
    if _SLUG.fullmatch(text):
        return None
    return f"is not 1 to {LONGEST_SLUG} of a-z, 0-9 and -, or begins with -"


def mark_fits(kinds: list[str]) -> list[bool]:
    """Tell of each kind whether it is no mark, or one that has its letter."""
    fits, marks = [], MOST_MARKS  # as after what carries no mark
    for kind in kinds:
        if kind == "M":
            marks += 1
        else:
            marks = 0 if kind in ("L", "N") else MOST_MARKS
        fits.append(kind != "M" or marks <= MOST_MARKS)
    return fits


def _size(text: str) -> int:
    return len(text.encode())


TEST: Final = "this is a TEST: no ballot of it counts"
"""What a person reads beside whatever a test election comes to."""


_SAYS_TEST: Final = re.compile(r"TEST\b[ :.,\-–—]*(?=.)")


def name_election(title: str, *, is_test: bool) -> str:
    """Name an election to a person; what no ballot counts in is told first, and once.

    Of an election that counts the title is shown as it is, whatever it says.
    """
    if not is_test:
        return f"election: {title}"
    rest = _SAYS_TEST.match(title)
    return f"TEST election: {title[rest.end() :] if rest else title}"


def spell_number(count: int, noun: str) -> str:
    """Spell how many there are of what takes an s: 1 ballot, 2 ballots."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def name_contests(contests: Sequence[int]) -> str:
    """Name contests by their ids: contest 1, contests 1, 2."""
    numbers = ", ".join(map(str, contests))
    return f"contest {numbers}" if len(contests) == 1 else f"contests {numbers}"


def name_one(noun: str) -> str:
    """Put the article before a noun, as it is said: an issuer, an sms-gateway."""
    return f"{'an' if noun[0] in 'aeiou' or noun.startswith('sms') else 'a'} {noun}"


def name_any(nouns: Sequence[str]) -> str:
    """Name a choice, the article before the first alone: a relay, portal or voter."""
    *others, last = nouns
    return name_one(f"{', '.join(others)} or {last}" if others else last)


def spell_time(seconds: int) -> str:
    """Spell Unix seconds in UTC, or as they are outside the years 1 to 9999."""
    if not _FIRST_SECOND <= seconds <= _LAST_SECOND:
        return f"second {seconds}"
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
