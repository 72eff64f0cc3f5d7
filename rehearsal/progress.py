"""How a rehearsal tells how far it came, to whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Progress = Callable[[int], None]
"""Told of so many more things done."""

Bar = Callable[[str, int], AbstractContextManager[Progress]]
"""Shows what is done, and of how many; gives whom to tell."""


def ignore(_: int) -> None:
    """Show no progress."""


@contextmanager
def no_bar(_what: str, _total: int) -> Iterator[Progress]:
    """Show nothing while something long is done."""
    yield ignore
