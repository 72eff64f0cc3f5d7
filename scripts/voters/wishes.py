"""What a voter can ask for."""

from __future__ import annotations

from enum import StrEnum


class Wish(StrEnum):
    """What a voter can ask for."""

    REGISTER = "register"
    WITHDRAW = "withdraw"
    ISSUE = "issue"
