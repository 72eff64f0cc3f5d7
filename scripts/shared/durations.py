"""Times as people write them: `now+60s`, `+2h`, or a date with its offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from election.protocol.text import spell_time
from scripts.shared.errors import InputError

_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def spell_here(seconds: int) -> str:
    """Spell Unix seconds in UTC, and by this machine's clock where that differs."""
    local = spell_local(seconds)
    return spell_time(seconds) if local is None else f"{spell_time(seconds)} ({local})"


def spell_local(seconds: int) -> str | None:
    """Spell Unix seconds by this machine's clock; None where that is UTC."""
    try:
        local = datetime.fromtimestamp(seconds, UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return None
    return f"{local:%Y-%m-%d %H:%M:%S %Z} here" if local.utcoffset() else None


def spell_left(seconds: int) -> str:
    """Spell how long it still takes, roughly: 2 d 3 h, 41 min, 50 s, no time."""
    days, rest = divmod(max(0, seconds), 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    if minutes:
        return f"{minutes} min"
    return f"{rest} s" if rest else "no time"


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
        hint = "write it like now+90s, +2h, 2030-01-01T10:00:00Z, which is UTC, or "
        hint += "2030-01-01T13:00:00+03:00"
        raise InputError(f"time {text}", fact, hint=hint)
    return int(moment.timestamp())
