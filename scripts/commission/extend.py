"""Extend the polls, by what was signed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from election.client.errors import UnexpectedAnswerError
from election.client.open_election import OpenElection
from election.crypto.signature import SigningKey
from election.protocol.text import spell_number, spell_time
from scripts.commission.authorizations import (
    collect,
    derive_next_extension,
    find_done,
    require_in_time,
)
from scripts.shared.asking import Ask, ask_nobody
from scripts.shared.errors import RuledOutError


def extend(
    opened: OpenElection,
    delta: int,
    *,
    paths: Sequence[Path],
    key: SigningKey,
    ask: Ask = ask_nobody,
) -> tuple[int, int]:
    """Extend by delta seconds; returns both closings.

    Raises RuledOutError if that was done, or comes too late, and UnexpectedAnswerError
    if they are others then than they must be.
    """
    before = opened.election.closings()
    digest = derive_next_extension(opened, delta)
    if (done := find_done(opened, delta, paths=paths)) is not None:
        fact = "was carried out before, as this node says; nothing was sent"
        hint = "`veche status` of several nodes shows the closings"
        raise RuledOutError(f"extension {done}", fact, hint=hint)
    signed = collect(opened, digest, paths=paths)
    so_far, now = before[0] - opened.rules.times[5], opened.connection.read_clock()
    require_in_time(opened.rules, so_far, delta, now=now)
    issue, cast = (spell_time(each + delta) for each in before)
    ask(
        f"shifts both closings by {spell_number(delta, 'second')}, for good: "
        f"credentials until {issue}, ballots until {cast}"
    )
    act = opened.election.extend(
        delta, commission=signed.commission, observers=signed.observers
    )
    opened.connection.send(act, key=key)
    after = opened.election.closings()
    if after != (before[0] + delta, before[1] + delta):
        fact = "are not what the extension makes of them: ask another node"
        raise UnexpectedAnswerError("closings", fact)
    return after
