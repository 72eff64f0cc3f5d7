"""Extend the polls, by what was signed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from election.client.errors import UnexpectedAnswerError
from election.client.open_election import OpenElection
from election.crypto.signature import SigningKey
from scripts.commission.authorizations import collect, derive_next_extension


def extend(
    opened: OpenElection, delta: int, *, paths: Sequence[Path], key: SigningKey
) -> tuple[int, int]:
    """Extend by delta seconds; returns both closings.

    Raises UnexpectedAnswerError if they are others then than they must be.
    """
    before = opened.election.closings()
    digest = derive_next_extension(opened, delta)
    signed = collect(opened, digest, paths=paths)
    act = opened.election.extend(
        delta, commission=signed.commission, observers=signed.observers
    )
    opened.connection.send(act, key=key)
    after = opened.election.closings()
    if after != (before[0] + delta, before[1] + delta):
        fact = "are not what the extension makes of them: ask another node"
        raise UnexpectedAnswerError("closings", fact)
    return after
