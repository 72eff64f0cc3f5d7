"""How far came what takes long, and how long it still takes: on stderr, for a person.

On a terminal one line that is drawn again and goes away; elsewhere a line now and then,
and none for what is over by then.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, TypeVar

from typing_extensions import override

from rehearsal.progress import Progress, ignore
from scripts.shared.durations import spell_left
from scripts.shared.terminal import are_on_one_screen, is_on_screen, say

_EVERY: Final = 10  # seconds between two lines
_WHAT: Final = 24  # columns of what is done: with all else, a line takes 80
_BAR: Final = 20
_TOO_FEW: Final = 2  # things of which none is worth a word

_Thing = TypeVar("_Thing")
_Part = TypeVar("_Part")
_Done = TypeVar("_Done")


_PLACE: Final = Lock()
"""Where it is shown: there is room for one, and what is within it says nothing."""


def _clock() -> float:
    return time.monotonic()


@contextmanager
def progress(what: str, total: int) -> Iterator[Progress]:
    """Show how far something comes; gives whom to tell of so many more things done."""
    if total < _TOO_FEW or not _PLACE.acquire(blocking=False):
        yield ignore
        return
    show = _bar if is_on_screen() else _lines
    try:
        with show(what, total) as told:
            yield told
    finally:
        _PLACE.release()


def counted(
    things: Iterable[_Thing], what: str, total: int | None = None
) -> Iterator[_Thing]:
    """Give each thing, and count it once the next is asked for.

    total: how many there are, where they have no length.
    """
    size = len(things) if total is None else total  # type: ignore[arg-type]
    with progress(what, size) as done:
        for each in things:
            yield each
            done(1)


def counting(
    spread: Callable[[Callable[[_Part], _Done], Iterable[_Part]], Iterable[_Done]],
    size: Callable[[_Part], int],
    done: Progress,
) -> Callable[[Callable[[_Part], _Done], Iterable[_Part]], Iterator[_Done]]:
    """Make what does as `spread` does, and tells how much is done by how large a part.

    spread: runs a function over parts, and gives what it gives in their order.
    """

    def told(
        work: Callable[[_Part], _Done], parts: Iterable[_Part], /
    ) -> Iterator[_Done]:
        sizes: deque[int] = deque()

        def measured() -> Iterator[_Part]:
            for part in parts:
                sizes.append(size(part))
                yield part

        for each in spread(work, measured()):
            yield each
            done(sizes.popleft())

    return told


@contextmanager
def _bar(what: str, total: int) -> Iterator[Progress]:
    """Draw a bar; what is said meanwhile stands above it."""
    from rich.console import Console  # late: who has no terminal needs none of it
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        Task,
        TextColumn,
    )
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Left(ProgressColumn):
        @override
        def render(self, task: Task) -> Text:
            left = task.time_remaining
            return Text("" if left is None else f"{spell_left(int(left))} left")

    columns = (
        TextColumn(f"  {{task.description:<{_WHAT}}}", markup=False),
        BarColumn(bar_width=_BAR),
        MofNCompleteColumn(),
        Left(),
    )
    console = Console(stderr=True)
    with Bars(
        *columns,
        console=console,
        transient=True,
        disable=console.is_dumb_terminal,
        redirect_stdout=are_on_one_screen(),
    ) as bars:
        task = bars.add_task(what, total=total)
        yield lambda more: bars.advance(task, more)


@contextmanager
def _lines(what: str, total: int) -> Iterator[Progress]:
    yield _Lines(what, total).advance


@dataclass
class _Lines:
    """Says how far it came, where nothing is drawn."""

    what: str
    total: int
    done: int = 0
    begun: float = field(init=False)
    said: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin to count the time."""
        self.begun = self.said = _clock()

    def advance(self, more: int) -> None:
        """Take so many more as done; say it if it is time to."""
        self.done += more
        now = _clock()
        if now - self.said < _EVERY or not 0 < self.done < self.total:
            return
        self.said = now
        left = int((now - self.begun) * (self.total - self.done) / self.done)
        percent = 100 * self.done // self.total
        far = f"{self.done} of {self.total} ({percent} %)"
        say(f"{self.what}: {far}, {spell_left(left)} left")
