"""The vectors that Python and JavaScript share, read from tests/vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent / "vectors"

VECHE1: Final[dict[str, Any]] = json.loads((_FOLDER / "veche1.json").read_text())


def number(text: str) -> int:
    """Read a number written with 0x."""
    return int(text, 16)
