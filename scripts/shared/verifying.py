"""Evidence whose checks show how far they came with what there is of each voter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, get_args

from election.audit.casts import Portion
from election.audit.evidence import Evidence
from election.audit.past import NOTHING, Past
from election.audit.spread import Spread
from election.protocol.board import Board
from election.protocol.events import (
    BallotCast,
    Issued,
    LeafEvent,
    Registered,
    Withdrawn,
)
from rehearsal.progress import Progress, ignore
from scripts.shared.progress import counting, progress

_VERIFIED: Final = {
    "leaves": get_args(LeafEvent),
    "attestations": (Registered, Withdrawn, Issued),
    "issuance": (Issued,),
    "casting": (BallotCast,),
}
"""What the checks that take long go through, one by one."""


@contextmanager
def verifying(
    board: Board,
    past: Past = NOTHING,
    spread: Spread = map,
    *,
    checks: tuple[str, ...] = tuple(_VERIFIED),
) -> Iterator[Evidence]:
    """Give the evidence of a board; what these checks do with it is shown meanwhile.

    past, spread: as of `Evidence`.
    """
    told: list[Progress] = [ignore]

    def tell(more: int) -> None:
        told[0](more)

    evidence = Evidence(board, past, counting(spread, _measure, tell))
    kinds = [kind for name in checks for kind in _VERIFIED.get(name, ())]
    total = sum(len(evidence.every(kind)) for kind in kinds)
    with progress("verifying acts", total) as told[0]:
        yield evidence
    told[0] = ignore  # who goes on with the evidence shows that in another way


def _measure(part: Any) -> int:
    return len(part.events) if isinstance(part, Portion) else len(part)
