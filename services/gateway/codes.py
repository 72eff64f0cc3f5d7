"""Codes: six digits, of which only a keyed mark is kept."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from typing import Final

LIFETIME: Final = 600
"""Seconds that a code is valid for, from its sending."""
TRIES: Final = 5
"""Tries that a code has."""
PAUSE: Final = 60
"""Seconds from one code of a person to the next."""
MOST_CODES: Final = 10
"""Codes that may be sent for one leaf and election, or one consent."""
MOST_WRONG: Final = 15
"""Wrong tries of one leaf and election, or one consent, all codes together."""

_DIGITS: Final = 6


def draw_code() -> str:
    """Draw a code from the system's source; all million are as likely."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"


def mark_code(key: bytes, serial: str, code: str) -> bytes:
    """Make what is kept of a code: HMAC-SHA256, bound to the request it is for.

    Without the key a million guesses would tell the code, so the key is not in the
    database.
    """
    return hmac.digest(key, f"{serial}/{code}".encode(), "sha256")


def find_match(
    key: bytes, serial: str, code: str, *, marks: Sequence[bytes]
) -> int | None:
    """Find which mark is of this code, by its place, in one time for all codes."""
    own, found = mark_code(key, serial, code), None
    for place, mark in enumerate(marks):  # to the end, whatever was found
        if hmac.compare_digest(own, mark):
            found = place
    return found
