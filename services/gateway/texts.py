"""Every text that the gateway sends, each in one part of UCS-2.

Seventy units and not one more: a second part may come late, or never, and a page could
show the first alone. There is no line for automatic filling in: a message about a
ballot is to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final

from election.errors import ElectionError

LONGEST: Final = 70
"""UTF-16 units of one part."""
LANGUAGES: Final = ("ru", "en")
LONGEST_SHORT: Final = 10
"""UTF-16 units of an election's short name."""

_WIDEST_CODE: Final = "000000"
_WIDEST_NUMBER: Final = "A-47"


class Purpose(StrEnum):
    """What a code is for."""

    ISSUE = "issue"
    APPLY = "apply"
    WITHDRAW = "withdraw"


class TextError(ElectionError):
    """Report a text that does not fit, or has what UCS-2 cannot say."""


TABLE: Final[Mapping[tuple[Purpose, str, bool], str]] = {
    (Purpose.ISSUE, "ru", False): (
        "Код {code}. Бюллетень, округ {contest}. Сообщение {number}. Не говорите никому"
    ),
    (Purpose.ISSUE, "en", False): (
        "Code {code}. Ballot, district {contest}. Message {number}. Tell nobody"
    ),
    (Purpose.ISSUE, "ru", True): (
        "Секретный код {code}. Бюллетень: {short}, округ {contest}. СМС {number}"
    ),
    (Purpose.ISSUE, "en", True): (
        "Code {code}. Ballot: {short}, district {contest}. SMS {number}. Tell no one"
    ),
    (Purpose.APPLY, "ru", False): (
        "Секретный код {code}. Заявление: голосую онлайн. Сообщение {number}"
    ),
    (Purpose.APPLY, "en", False): (
        "Code {code}. To vote online: apply. Message {number}. Tell nobody"
    ),
    (Purpose.WITHDRAW, "ru", False): (
        "Код {code}. Отзыв заявления. Сообщение {number}. Не говорите никому"
    ),
    (Purpose.WITHDRAW, "en", False): (
        "Code {code}. Not to vote online. Message {number}. Tell nobody"
    ),
    (Purpose.WITHDRAW, "ru", True): (
        "Секретный код {code}. Отзыв заявления: {short}. Сообщение {number}"
    ),
    (Purpose.WITHDRAW, "en", True): (
        "Code {code}. Not to vote online: {short}. SMS {number}. Tell no one"
    ),
}
"""A text for each purpose and language, with an election's short name or without.

One application is for all rounds and the election, so that its text names none.
"""


def write_text(
    purpose: Purpose,
    language: str,
    *,
    code: str,
    number: str,
    contest: int | None = None,
    short: str = "",
) -> str:
    """Write the text of one message.

    short: of the election, where more than one is under way. Raises TextError if it
    does not fit, which `check_texts` finds before anything is served.
    """
    is_named = bool(short) and (purpose, language, True) in TABLE
    text = TABLE[purpose, language, is_named].format(
        code=code, number=number, contest=contest, short=short
    )
    units = count_units(text)
    if units > LONGEST:
        subject = f"text of {purpose} in {language}"
        raise TextError(subject, f"has {units} units instead of {LONGEST} at most")
    if any(ord(each) > 0xFFFF for each in text):
        raise TextError(f"text of {purpose}", "has a character that UCS-2 has not")
    return text


def count_units(text: str) -> int:
    """Count what a part of UCS-2 counts: units of UTF-16."""
    return len(text.encode("utf-16-be")) // 2


def list_texts(contests: Iterable[int], shorts: Mapping[str, str]) -> Iterator[str]:
    """Write every text of an election, with the widest code; raises TextError.

    shorts: its short name by language, or nothing.
    """
    numbers = tuple(contests)
    for purpose, language, _ in TABLE:
        for contest in numbers:
            yield write_text(
                purpose,
                language,
                code=_WIDEST_CODE,
                number=_WIDEST_NUMBER,
                contest=contest,
                short=shorts.get(language, ""),
            )
