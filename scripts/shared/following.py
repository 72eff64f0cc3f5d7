"""What follows an act, and when to come back: its last words to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from scripts.shared.durations import spell_here
from scripts.shared.terminal import say

if TYPE_CHECKING:
    from election.client.open_election import OpenElection

Start = Literal["keys", "list", "registration", "freeze", "voting", "grace", "closed"]
_PHASES: Final = ("keys", "list", "registration", "freeze", "voting", "grace", "closed")


def say_next(*lines: str, as_json: bool) -> None:
    """Tell a person what follows; a program reads it from `veche status --json`."""
    if not as_json:
        first, *others = lines
        say(f"next: {first}", *others)


def spell_start(opened: OpenElection, phase: Start) -> str:
    """Spell when a phase begins, in UTC and by this machine's clock."""
    starts = (*opened.rules.times[:5], *opened.election.closings())
    return spell_here(starts[_PHASES.index(phase)])
