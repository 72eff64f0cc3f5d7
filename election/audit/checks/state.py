"""The contracts hold what their events say, so no event was left out or changed.

docs/protocol.md §7. Each contract's running hash covers every event, its order and its
time; its counts and other answers say what it is that does not fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from election.audit.checks.counting import count_online
from election.audit.checks.results import is_withheld
from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import NODE, Outcome
from election.audit.verify import Named, verify_each
from election.crypto.transcript import ADDRESS_BYTES, ZERO_HASH, Address
from election.protocol.ceremony.attempt import Step
from election.protocol.events import (
    AttemptStarted,
    BallotCast,
    BoxCreated,
    CeremonyBound,
    CeremonyFailed,
    CeremonyFinal,
    Committed,
    Dealt,
    Enrolled,
    Extended,
    Issued,
    ListPublished,
    PaperMarked,
    ResultPublished,
    Revealed,
    ShareAccepted,
    TallyFrozen,
)
from election.protocol.replay import Part
from election.protocol.tally import TallyState
from election.protocol.views import RECORD_HASH, View, list_views, read_answer

_Message = Enrolled | Committed | Revealed | Dealt
_MESSAGES: Final[Mapping[Step, type[_Message]]] = {
    Step.ENROLL: Enrolled,
    Step.COMMIT: Committed,
    Step.REVEAL: Revealed,
    Step.SHARES: Dealt,
}
_NOWHERE: Final = Address(bytes(ADDRESS_BYTES))


def check_state(evidence: Evidence) -> Outcome:
    """Compare every answer of the contracts with what their events give."""
    contests = [contest.contest for contest in evidence.contests]

    def verify(view: View) -> None:
        expected = _expect(evidence, view)
        answer = read_answer(evidence.board, view)
        fact = f"is {_spell(answer)}, the events say {_spell(expected)}"
        require(answer == expected, fact, blames=NODE)

    trustees = evidence.deployed.trustees.seats
    return verify_each(
        list_views(evidence.replay.contracts.values(), contests, trustees=trustees),
        verify,
        name=lambda view: Named(view.title, view.contest),
        blames=NODE,
    )


def _expect(evidence: Evidence, view: View) -> object:
    key = view.contract.part, view.function
    if view.function == RECORD_HASH:
        return evidence.running_hashes[view.contract.address]
    if view.function == "share":
        return _find_share(evidence, *view.arguments)
    if view.contest is not None:
        return _OF_CONTEST[key](evidence, view.contest)
    return _OF_PART[key](evidence, view.contract.part)


def _spell(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_spell, value))})"
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)


def _count_steps(evidence: Evidence, part: Part) -> int:
    """Tell the step of a ceremony: the first in which a member has not acted."""
    if evidence.every(CeremonyFailed, part):
        return Step.FAILED
    if evidence.every(CeremonyFinal, part):
        return Step.FINAL
    started = evidence.last(AttemptStarted, part).event
    for step, kind in _MESSAGES.items():
        acted = [each.event.attempt for each in evidence.every(kind, part)]
        if acted.count(started.attempt) < started.n:
            return step
    return Step.CONFIRM


def _find_cer(evidence: Evidence, part: Part) -> bytes:
    attempt = evidence.last(AttemptStarted, part).event.attempt
    bound = evidence.every(CeremonyBound, part)
    found = (each.event.cer for each in bound if each.event.attempt == attempt)
    return next(found, ZERO_HASH)


def find_tally_state(evidence: Evidence, contest: int) -> TallyState:
    """Tell what a contest's tally waits for, by its events."""
    if evidence.every(ResultPublished, contest):
        return TallyState.FINAL
    if is_withheld(evidence, contest):
        return TallyState.WITHHELD
    is_frozen = bool(evidence.every(TallyFrozen, contest))
    return TallyState.OPEN if is_frozen else TallyState.NONE


def _find_box(evidence: Evidence, contest: int) -> BoxCreated:
    """Give a contest's box as announced: of one that is not made yet, all is zero."""
    created = evidence.every(BoxCreated, contest)
    return created[-1].event if created else BoxCreated(contest, _NOWHERE, ZERO_HASH)


def _find_list(evidence: Evidence, contest: int) -> ListPublished:
    """Give a contest's list as announced: of one that is not published, all is zero."""
    published = evidence.every(ListPublished, contest)
    return published[-1].event if published else ListPublished(contest, ZERO_HASH, 0)


def _find_counts(evidence: Evidence, contest: int) -> tuple[int, ...]:
    results = evidence.every(ResultPublished, contest)
    return results[-1].event.counts if results else ()


def _find_share(evidence: Evidence, contest: int, trustee: int) -> bytes:
    shares = (entry.event for entry in evidence.every(ShareAccepted, contest))
    return next((e.decryption for e in shares if e.trustee == trustee), b"")


def _hash_candidates(evidence: Evidence, contest: int) -> bytes:
    sealed = (each for each in evidence.deployed.contests if each.id == contest)
    return next((each.texts for each in sealed), ZERO_HASH)


_OF_PART: Final[Mapping[tuple[Part, str], Callable[[Evidence, Part], object]]] = {
    (Part.ELECTION, "extension_counter"): lambda e, _: len(e.every(Extended)),
    (Part.ELECTION, "contest_ids"): lambda e, _: tuple(
        c.id for c in e.deployed.contests
    ),
    (Part.ELECTION, "observers"): lambda e, _: e.deployed.rules.observers,
    **{
        (part, function): expect
        for part in (Part.TRUSTEES, Part.ISSUERS)
        for function, expect in {
            "attempt": lambda e, part: e.last(AttemptStarted, part).event.attempt,
            "step": _count_steps,
            "cer": _find_cer,
        }.items()
    },
}
_OF_CONTEST: Final[Mapping[tuple[Part, str], Callable[[Evidence, int], object]]] = {
    (Part.ELECTION, "box"): lambda e, c: _find_box(e, c).box,
    (Part.ELECTION, "ctx"): lambda e, c: _find_box(e, c).ctx,
    (Part.ELECTION, "candidates_hash"): _hash_candidates,
    (Part.VOTER_LIST, "root"): lambda e, c: _find_list(e, c).root,
    (Part.VOTER_LIST, "size"): lambda e, c: _find_list(e, c).size,
    (Part.VOTER_LIST, "online"): count_online,
    (Part.VOTER_LIST, "paper"): lambda e, c: e.count(PaperMarked, c),
    (Part.VOTER_LIST, "issued"): lambda e, c: e.count(Issued, c),
    (Part.BOX, "cast_count"): lambda e, c: e.count(BallotCast, c),
    (Part.TALLY, "state"): find_tally_state,
    (Part.TALLY, "counts"): _find_counts,
}
