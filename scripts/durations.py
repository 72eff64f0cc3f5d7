"""Times as people write them: `now+60s`, `+2h`, or a date with its offset."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from scripts.errors import InputError

_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def parse_time(text: str, *, now: int) -> int:
    """Parse a time into Unix seconds, relative ones from now; raises InputError."""
    relative = re.fullmatch(r"(?:now)?\+(\d{1,9})([smhd])", text)
    if relative is not None:
        return now + int(relative[1]) * _UNITS[relative[2]]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        fact = "is neither like now+60s nor a date and time with its offset"
        raise InputError(f"time {text}", fact)
    return int(moment.timestamp())
