"""Open a withheld contest, by what was signed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from election.client.errors import UnexpectedAnswerError
from election.client.open_election import OpenElection, read_box
from election.client.tallying import recompute_tally
from election.crypto.signature import SigningKey
from election.protocol.tally import TallyState, derive_override_hash
from election.protocol.text import spell_number
from scripts.commission.authorizations import collect, require_withheld
from scripts.shared.asking import Ask, ask_nobody


def override(
    opened: OpenElection,
    contest: int,
    *,
    paths: Sequence[Path],
    key: SigningKey,
    ask: Ask = ask_nobody,
) -> None:
    """Open a withheld contest for shares.

    Raises what `require_withheld` does, and UnexpectedAnswerError if it is withheld
    still.
    """
    box = read_box(opened, contest)
    require_withheld(contest, opened.tally.state(contest))
    tally = recompute_tally(opened, box).tally
    digest = derive_override_hash(tally)
    signed = collect(opened, digest, paths=paths)
    act = opened.tally.override(
        contest, commission=signed.commission, observers=signed.observers
    )
    ballots = spell_number(tally.cast_count, "ballot")
    ask(f"opens the sum of {ballots} of contest {contest} to the trustees, for good")
    opened.connection.send(act, key=key)
    if opened.tally.state(contest) is TallyState.WITHHELD:
        fact = "is withheld, though the node says that it was opened: ask another node"
        raise UnexpectedAnswerError(f"contest {contest}", fact)
