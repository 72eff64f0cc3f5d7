"""Each contest has one box, bound to its keys, its candidates and its times by ctx.

docs/protocol.md §2. With another key in the box, somebody else could open the ballots.
"""

from __future__ import annotations

from election.audit.errors import NotDueError, require
from election.audit.evidence import Evidence
from election.audit.report import NOBODY, VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.protocol.context import Box, ContestTerms, derive_ctx
from election.protocol.events import BoxCreated, BoxOpened, ContestListed
from election.protocol.replay import Entry, Part


def check_contexts(evidence: Evidence) -> Outcome:
    """Compare every box with the ceremonies, and compute its ctx again."""
    return verify_each(
        evidence.contests,
        lambda contest: _verify(evidence, contest),
        name=lambda contest: Named(f"contest {contest.contest}", contest.contest),
        blames=VALIDATORS,
    )


def _verify(evidence: Evidence, contest: ContestListed) -> None:
    _require_due(evidence, contest.contest)
    created = evidence.last(BoxCreated, contest.contest)
    opened = evidence.last(BoxOpened, contest.contest)
    _verify_place(evidence, created, opened)
    box = evidence.box(contest.contest)
    trustees = evidence.ceremony(Part.TRUSTEES)
    issuers = evidence.ceremony(Part.ISSUERS)
    slots = range(1, len(contest.candidates) + 1)
    keys = b"".join(trustees.keys.get(slot, b"") for slot in slots)
    is_right = opened.event.election_keys == keys
    require(is_right, "has other election keys than the trustees'", blames=VALIDATORS)
    is_right = opened.event.credential_key == issuers.keys.get(contest.position)
    require(is_right, "has another key than the issuers'", blames=VALIDATORS)
    terms = state_terms(evidence, contest, box)
    is_right = derive_ctx(terms) == opened.event.ctx
    require(is_right, "has another ctx than its terms give", blames=VALIDATORS)


def _require_due(evidence: Evidence, contest: int) -> None:
    """Tell a box that may still be made from one that was not made in time."""
    made = evidence.every(BoxCreated, contest), evidence.every(BoxOpened, contest)
    if not any(made):
        if evidence.now < evidence.times.registration:
            raise NotDueError("has no box yet")
        require(False, "got no box in time", blames=NOBODY)


def _verify_place(
    evidence: Evidence, created: Entry[BoxCreated], opened: Entry[BoxOpened]
) -> None:
    contest = created.event.contest
    counts = (
        len(evidence.every(BoxCreated, contest)),
        len(evidence.every(BoxOpened, contest)),
    )
    require(counts == (1, 1), "has two boxes", blames=VALIDATORS)
    is_right = opened.contract.contest == contest  # so it is where it was announced
    require(is_right, "has its box at another address", blames=VALIDATORS)
    is_right = created.event.ctx == opened.event.ctx
    require(is_right, "has another ctx than its box", blames=VALIDATORS)


def state_terms(evidence: Evidence, contest: ContestListed, box: Box) -> ContestTerms:
    """State what the record gives as the terms of a contest with this box."""
    deployed, times = evidence.deployed, evidence.times
    return ContestTerms(
        chain_id=evidence.board.chain_id,
        box=evidence.last(BoxCreated, contest.contest).event.box,
        voter_list=deployed.voter_list,
        trustees_ceremony=deployed.trustees_ceremony,
        issuers_ceremony=deployed.issuers_ceremony,
        election_id=deployed.election_id,
        contest=contest.contest,
        trustees=len(evidence.ceremony(Part.TRUSTEES).members),
        trustee_threshold=deployed.trustees.threshold,
        election_keys=box.election_keys,
        title=contest.title,
        candidates=contest.candidates,
        particulars=contest.particulars,
        issuers=len(evidence.ceremony(Part.ISSUERS).members),
        issuer_threshold=deployed.issuers.threshold,
        credential_key=box.credential_key,
        opening=times.opening,
        issue_closing=times.issue_closing,
        cast_closing=times.cast_closing,
        minimum_cast=deployed.rules.m_min,
    )
