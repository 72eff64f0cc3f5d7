"""The command line of what anybody does with contests, by a key of any role."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from scripts.shared.by_key import Actor, by_key
from scripts.shared.composing import compose
from scripts.shared.options import SomeContests

if TYPE_CHECKING:
    from election.client.open_election import OpenElection


def _options(contests: SomeContests = None) -> None:
    """Take the option of every such act."""


def on_contests(act: Callable[..., None]) -> Callable[..., None]:
    """Make the command of an act on `chosen` contests: those that are named, else all.

    The act is given its own options, and an `actor`, who acts alone.
    """

    def command(actor: Actor, contests: list[int] | None, **given: Any) -> None:
        wanted = contests or list(actor.opened.contests)
        with actor.alone():
            act(actor=actor, chosen=wanted, **given)

    return by_key(look=_require)(compose(command, act, _options, without=("chosen",)))


def _require(opened: OpenElection, given: Mapping[str, Any]) -> None:
    from scripts.shared.contests import require_contests

    require_contests(opened, given["contests"] or ())
