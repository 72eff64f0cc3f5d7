"""How far the polls can be extended: docs/protocol.md §2."""

from __future__ import annotations

from typing import Final

LONGEST_EXTENSION: Final = 7_200
"""Seconds, all extensions together."""
