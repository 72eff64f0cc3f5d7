"""The committed cases and what they name, read once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[1] / "negative"
GIVENS: Final[dict[str, Any]] = json.loads((FOLDER / "givens.json").read_text())
ACCEPTED: Final = "accepted"


def read_cases() -> dict[str, list[dict[str, Any]]]:
    """Read all files of cases, by their names."""
    return {
        path.stem: json.loads(path.read_text())
        for path in sorted(FOLDER.glob("*.json"))
        if path.stem != "givens"
    }


def number(text: str) -> int:
    """Read a word as a number."""
    return int(text, 16)
