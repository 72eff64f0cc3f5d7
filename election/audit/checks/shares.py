"""Every decryption share was made with the trustee's part of the key.

docs/protocol.md §5.
"""

from __future__ import annotations

from collections import Counter

from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.protocol.decryption import ShareMessage, accept_decryption_share
from election.protocol.events import ShareAccepted
from election.protocol.replay import Entry


def check_shares(evidence: Evidence) -> Outcome:
    """Verify the proof of every accepted share."""
    shares = evidence.every(ShareAccepted)
    owners = Counter((each.event.contest, each.event.trustee) for each in shares)

    def verify(entry: Entry[ShareAccepted]) -> None:
        event = entry.event
        is_only = owners[event.contest, event.trustee] == 1
        require(is_only, "is one of several", blames=VALIDATORS)
        tally = evidence.tally(event.contest)
        slots = len(tally.totals.slots)
        accept_decryption_share(
            ShareMessage(event.decryption, event.t1, event.t2, event.s),
            tally,
            trustee=event.trustee,
            verification_keys=evidence.verification_keys(event.trustee, slots=slots),
        )

    return verify_each(shares, verify, name=_name, blames=VALIDATORS)


def _name(entry: Entry[ShareAccepted]) -> Named:
    event = entry.event
    title = f"share of trustee {event.trustee} in contest {event.contest}"
    return Named(title, event.contest)
