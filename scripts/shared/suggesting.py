"""The nearest of the words that are known, where one was mistyped."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches


def suggest(given: str, known: Sequence[str]) -> str:
    """Ask whether the nearest of what is known was meant; empty if none is near."""
    near = get_close_matches(given, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
