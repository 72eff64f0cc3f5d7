"""Many things of one kind, verified in portions on as many cores as there are.

What holds is told by a process of its own, which takes bytes and says yes or no. Where
it says no, the portion is looked at here, thing by thing: nothing that blames anybody
crosses a border.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Generic, Protocol, TypeVar

from election.audit.report import Outcome
from election.audit.verify import Named, join_outcomes, verify_each

Part = TypeVar("Part")
Done = TypeVar("Done")
Item = TypeVar("Item")

_AT_ONCE: Final = 512


class Spread(Protocol):
    """What runs a function over parts as map does, maybe on several cores."""

    def __call__(
        self, work: Callable[[Part], Done], parts: Iterable[Part], /
    ) -> Iterable[Done]:
        """Give what the function gives for each, in order."""


@dataclass(frozen=True, slots=True)
class Elsewhere(Generic[Item]):
    """How a process of its own tells whether items hold.

    pack: makes of an item what it takes. holds: tells of a tuple of these whether
    their verification would raise for none.
    """

    pack: Callable[[Item], Any]
    holds: Callable[[tuple[Any, ...]], bool]


def verify_spread(
    items: Iterable[Item],
    verify: Callable[[Item], object],
    elsewhere: Elsewhere[Item],
    *,
    spread: Spread,
    name: Callable[[Item], Named],
    blames: str,
) -> Outcome:
    """Verify every item as `verify_each` does, many at once where they hold."""
    waiting: deque[tuple[Item, ...]] = deque()

    def cut() -> Iterator[tuple[Any, ...]]:
        rest = iter(items)
        while portion := tuple(islice(rest, _AT_ONCE)):
            waiting.append(portion)
            yield tuple(map(elsewhere.pack, portion))

    def look(*, is_held: bool) -> Outcome:
        portion = waiting.popleft()
        if is_held:
            return Outcome(len(portion), len(portion), ())
        return verify_each(portion, verify, name=name, blames=blames)

    return join_outcomes(look(is_held=each) for each in spread(elsewhere.holds, cut()))
