"""The terms of an election, taken from its audited record.

docs/protocol.md §6. The caller has run the checks of keys, boxes and lists: nothing is
verified here.
"""

from __future__ import annotations

from election.audit.checks.contexts import state_terms
from election.audit.evidence import Evidence
from election.crypto.group import G2_BYTES, decode_g2
from election.crypto.transcript import Hash
from election.protocol.events import BoxOpened, ContestListed, ListPublished
from election.protocol.replay import Part
from election.protocol.terms import ElectionTerms, PublishedContest

_NO_LIST = Hash(bytes(32))


def derive_terms(evidence: Evidence) -> ElectionTerms:
    """Take the terms of the contests that have a box; raises EncodingError.

    Nobody can vote in a contest without one, and it stops no other.
    """
    rules = evidence.deployed.rules
    return ElectionTerms(
        evidence.board.election,
        rules.title,
        rules.test,
        rules.portal,
        rules.sms_gateway,
        {
            each.contest: _take(evidence, each)
            for each in evidence.contests
            if evidence.every(BoxOpened, each.contest)
        },
    )


def _take(evidence: Evidence, contest: ContestListed) -> PublishedContest:
    number = contest.contest
    lists = evidence.every(ListPublished, number)
    root, size = (
        (lists[-1].event.root, lists[-1].event.size) if lists else (_NO_LIST, 0)
    )
    raw = evidence.ceremony(Part.ISSUERS).verification_keys[contest.position]
    keys = (raw[at : at + G2_BYTES] for at in range(0, len(raw), G2_BYTES))
    terms = state_terms(evidence, contest, evidence.box(number))
    return PublishedContest(terms, root, size, tuple(map(decode_g2, keys)))
