"""Serials: what names a request at the gateway, and the number that a message carries.

A serial is `A-47-7qk2m9xdhw3c`. Its beginning, `A-47`, is the number that the message
carries and a page shows, so that people see which message belongs to what they asked
for; it never looks like a code. The rest can be guessed by nobody, so that who knows a
serial was given it.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

_LETTERS: Final = "ABEKMHPCTYX"  # one look in both alphabets, and none like a digit
_TAIL: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_TAIL_LENGTH: Final = 12  # 59 bits
_FORM: Final = re.compile(rf"[{_LETTERS}]-[1-9][0-9]-[{_TAIL}]{{{_TAIL_LENGTH}}}")


def draw_serial() -> str:
    """Draw a serial that nobody else has, and nobody can guess."""
    letter = secrets.choice(_LETTERS)
    number = 10 + secrets.randbelow(90)
    tail = "".join(secrets.choice(_TAIL) for _ in range(_TAIL_LENGTH))
    return f"{letter}-{number}-{tail}"


def is_serial(text: str) -> bool:
    """Say whether a text has the form of a serial."""
    return _FORM.fullmatch(text) is not None


def number_of(serial: str) -> str:
    """Give the number that the message carries and the page shows, as A-47."""
    return serial[:4]
