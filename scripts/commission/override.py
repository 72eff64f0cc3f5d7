"""Open a withheld contest, by what was signed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from election.client.errors import UnexpectedAnswerError
from election.client.open_election import OpenElection, read_box
from election.client.tallying import recompute_tally
from election.crypto.signature import SigningKey
from election.protocol.tally import TallyState, derive_override_hash
from scripts.commission.authorizations import collect


def override(
    opened: OpenElection, contest: int, *, paths: Sequence[Path], key: SigningKey
) -> None:
    """Open a withheld contest for shares.

    Raises UnexpectedAnswerError if it is withheld still.
    """
    digest = derive_override_hash(
        recompute_tally(opened, read_box(opened, contest)).tally
    )
    signed = collect(opened, digest, paths=paths)
    act = opened.tally.override(
        contest, commission=signed.commission, observers=signed.observers
    )
    opened.connection.send(act, key=key)
    if opened.tally.state(contest) is TallyState.WITHHELD:
        fact = "is withheld, though the node says that it was opened: ask another node"
        raise UnexpectedAnswerError(f"contest {contest}", fact)
