"""How the pages of `veche live` say times, and by what the program is called."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

_MOSCOW: Final = ZoneInfo("Europe/Moscow")


def spell_moment(seconds: int) -> str:
    """Spell Unix seconds in Moscow, as the portal does, and in UTC, as acts do."""
    moment = datetime.fromtimestamp(seconds, UTC)
    there = moment.astimezone(_MOSCOW)
    return f"{there:%Y-%m-%d %H:%M:%S} Moscow time ({moment:%H:%M:%S} UTC)"


def find_program() -> str:
    """Find how this program is called in a shell: by its name, or where it stands."""
    own = Path(sys.executable).with_name("veche")
    found = shutil.which("veche")
    if found is not None and Path(found).resolve() == own.resolve():
        return "veche"
    return str(own) if own.exists() else "veche"
