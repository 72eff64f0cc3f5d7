"""Phone numbers in their one writing, E.164, and what of them may be shown."""

from __future__ import annotations

import re
from typing import Final

from election.errors import ElectionError

_MARKS: Final = str.maketrans("", "", " \u00a0-()")
_FORM: Final = re.compile(r"\+[1-9][0-9]{7,14}")


class NumberError(ElectionError):
    """Report what is no phone number; the message never repeats it."""


def normalize_number(text: str) -> str:
    """Write a number in its one way, as +79161234567; raises NumberError."""
    number = text.translate(_MARKS)
    if _FORM.fullmatch(number) is not None:
        return number
    if not number.isascii() or not number.removeprefix("+").isdigit():
        fact = "has something else than a plus, digits, blanks, hyphens and brackets"
    elif not number.startswith("+"):
        fact = "has no country code: write +7..., not 8... and not 7..."
    else:
        fact = f"has {len(number) - 1} digits, or begins with 0: 8 to 15 are used"
    raise NumberError("phone", fact)


def mask_number(number: str) -> str:
    """Show of a number what its owner knows it by."""
    return f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}"
