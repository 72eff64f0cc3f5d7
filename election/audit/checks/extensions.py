"""The polls were extended only by commission and observers together, and not too long.

docs/protocol.md §2.
"""

from __future__ import annotations

from itertools import accumulate

from election.audit.authority import verify_authority
from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.protocol.events import Extended
from election.protocol.longest_extension import LONGEST_EXTENSION
from election.protocol.phases import derive_extension_hash
from election.protocol.text import spell_number


def check_extensions(evidence: Evidence) -> Outcome:
    """Verify the signatures of every extension, its turn and the sum."""
    extensions = [entry.event for entry in evidence.every(Extended)]
    totals = [*accumulate(event.delta for event in extensions)]

    def verify(turn: int) -> None:
        event = extensions[turn]
        require(event.counter == turn, "is out of turn", blames=VALIDATORS)
        total = totals[turn]
        is_sane = event.delta > 0 and total <= LONGEST_EXTENSION
        require(
            is_sane, f"makes {spell_number(total, 'second')} in all", blames=VALIDATORS
        )
        digest = derive_extension_hash(
            evidence.deployed.election_id,
            chain_id=evidence.board.chain_id,
            election=evidence.board.election,
            counter=event.counter,
            delta=event.delta,
        )
        verify_authority(
            digest,
            evidence.deployed.rules,
            commission=event.commission,
            observers=event.observers,
        )

    return verify_each(
        range(len(extensions)),
        verify,
        name=lambda turn: Named(f"extension {turn + 1}"),
        blames=VALIDATORS,
    )
