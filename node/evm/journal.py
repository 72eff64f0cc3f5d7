"""Change dictionaries so that all changes after a point can be undone.

A message, a transaction and a block each may have to leave nothing. A point costs
nothing to take and nothing to keep; undoing costs as much as the changes did.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")

_ABSENT: Final = object()


class Journal:
    """Remember what stood before each change, the last one last."""

    __slots__ = ("_before",)

    def __init__(self) -> None:
        self._before: list[tuple[dict[Any, Any], Any, Any]] = []

    def put(self, where: dict[_K, _V], key: _K, value: _V) -> None:
        """Change a dictionary."""
        self._before.append((where, key, where.get(key, _ABSENT)))
        where[key] = value

    def point(self) -> int:
        """Return where the changes are now; later ones can be undone down to it."""
        return len(self._before)

    def undo(self, point: int) -> None:
        """Undo what was changed after a point."""
        before = self._before
        while len(before) > point:
            where, key, value = before.pop()
            if value is _ABSENT:
                where.pop(key, None)  # what only helps to find it may be gone already
            else:
                where[key] = value

    def forget(self) -> None:
        """Let all changes stay; no earlier point counts any more."""
        self._before.clear()
