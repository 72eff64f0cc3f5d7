"""Bring one thing after another to the node, while the next is made ready.

A thread of its own sends, so that the node need not wait for what others compute. What
the node took of its processor for each kind of act is counted.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

from election.errors import ElectionError

Given = TypeVar("Given")
_AHEAD: Final = 3  # things that wait, so that memory is bounded


class Kind(StrEnum):
    """What voters' acts cost is told of."""

    REGISTRATION = "registration"
    REQUEST = "request for a credential"
    BALLOT = "ballot"


@dataclass
class Costs:
    """What acts took of the node's processor. acts: of voters, by kind. seconds."""

    acts: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, kind: Kind, count: int, seconds: float) -> None:
        """Add so many acts, which took so many seconds together."""
        self.acts[kind] += count
        self.seconds[kind] = self.seconds.get(kind, 0.0) + seconds


class Sender:
    """The thread. spent: reads the seconds of a processor that the node took so far."""

    def __init__(
        self, thread: ThreadPoolExecutor, spent: Callable[[], float], costs: Costs
    ) -> None:
        self._thread = thread
        self._spent = spent
        self._costs = costs
        self._waiting: deque[Future[Any]] = deque()
        self._has_failed = False

    def send(self, kind: Kind, count: int, work: Callable[[], Given]) -> Future[Given]:
        """Send after all that was given before; work: sends so many acts of a kind.

        Waits while enough others wait; raises what one of those raised.
        """
        while len(self._waiting) >= _AHEAD:
            self._waiting.popleft().result()

        def measure() -> Given:
            before = self._spent()
            given = work()
            self._costs.add(kind, count, self._spent() - before)
            return given

        return self._begin(measure)

    def do(self, work: Callable[[], object]) -> None:
        """Do something of no kind in its turn."""
        self._begin(work)

    def _begin(self, work: Callable[[], Given]) -> Future[Given]:
        """Do something in its turn, unless what came before it failed.

        Whoever goes on later knows by their number which acts were sent.
        """

        def go_on() -> Given:
            if self._has_failed:
                raise ElectionError("rehearsal", "what came before this failed")
            try:
                return work()
            except BaseException:
                self._has_failed = True
                raise

        begun = self._thread.submit(go_on)
        self._waiting.append(begun)
        return begun

    def finish(self) -> None:
        """Wait until all is sent; raises what any of it raised."""
        while self._waiting:
            self._waiting.popleft().result()


@contextmanager
def own_thread(spent: Callable[[], float], costs: Costs) -> Iterator[Sender]:
    """Give a sender, which sends nothing more after an error."""
    thread = ThreadPoolExecutor(1)
    try:
        yield Sender(thread, spent, costs)
    finally:
        thread.shutdown(cancel_futures=True)
