"""Show how far a chain's blocks were gone through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scripts.shared.progress import counted


def count_blocks(numbers: range) -> Iterator[int]:
    """Give the numbers of blocks, and count those that are done."""
    return counted(numbers, "blocks")


def measure(path: Path) -> int:
    """Tell how many bytes a file has; none where nobody can tell."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
