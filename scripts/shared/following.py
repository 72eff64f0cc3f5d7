"""What follows an act, and when to come back: its last words to a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Literal

from scripts.shared.durations import spell_here
from scripts.shared.terminal import is_on_screen, say

if TYPE_CHECKING:
    from election.client.open_election import OpenElection

Start = Literal["keys", "list", "registration", "freeze", "voting", "grace", "closed"]
_PHASES: Final = ("keys", "list", "registration", "freeze", "voting", "grace", "closed")
_NOW: Final = "`veche status` says what is due by now, and to whom"
_COMMANDS: Final = ("  ", "veche ", "next: veche ")
"""How lines to paste begin, which stand alone."""


def say_next(*lines: str, as_json: bool) -> None:
    """Tell a person what follows; a program reads it from `veche status --json`."""
    if not as_json:
        first, *others = lines
        told = (f"next: {first}", *others)
        say(*(_join(told) if is_on_screen() else told))


def _join(lines: Iterable[str]) -> Iterator[str]:
    """Join lines of a sentence, so that a screen of any width breaks it once."""
    sentence: list[str] = []
    for line in lines:
        if line.startswith(_COMMANDS):
            yield from (" ".join(sentence), line) if sentence else (line,)
            sentence = []
        else:
            sentence.append(line)
    if sentence:
        yield " ".join(sentence)


def spell_start(opened: OpenElection, phase: Start) -> str | None:
    """Spell when a phase begins, in UTC and by this machine's clock; None if it has."""
    start = (*opened.rules.times[:5], *opened.election.closings())[_PHASES.index(phase)]
    return spell_later(start, now=opened.connection.read_clock())


def spell_later(moment: int, *, now: int) -> str | None:
    """Spell a time that is to come, Unix seconds; None once it was."""
    return spell_here(moment) if moment > now else None


def say_next_from(start: str | None, *lines: str, as_json: bool) -> None:
    """Tell what follows from a time on, or else who knows what does by now.

    start: of `spell_start`, which `{start}` stands for.
    """
    told = (_NOW,) if start is None else [each.format(start=start) for each in lines]
    say_next(*told, as_json=as_json)
