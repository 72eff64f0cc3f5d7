"""The keys were made as agreed, and everyone who was excluded deserved it.

docs/protocol.md §4. All attempts of a ceremony are repeated, the aborted ones too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, cast, get_args

from election.audit.checks.attempt import AttemptReplay, Message
from election.audit.errors import MissingError, require
from election.audit.evidence import Evidence
from election.audit.report import (
    COMMISSION,
    NOBODY,
    NODE,
    VALIDATORS,
    Awaited,
    Finding,
    Outcome,
)
from election.audit.verify import Named, describe
from election.crypto.group import G1Point, G2Point, Point
from election.crypto.transcript import Address
from election.errors import ElectionError
from election.protocol import events
from election.protocol.ceremony.attempt import (
    ISSUER_GROUP,
    TRUSTEE_GROUP,
    Attempt,
    Group,
    Step,
)
from election.protocol.events import CeremonyEvent
from election.protocol.manifest import Roster
from election.protocol.replay import Entry, Part

_SILENCE: Final = 1
_COMPLAINT: Final = 2


@dataclass(slots=True)
class CeremonyReplay(Generic[Point]):
    """What has happened in a ceremony so far.

    last: the last attempt, with number 0 before the first. members: who must take part
    in the attempt that is due, if one is. opening: t_keys, Unix seconds.
    """

    roster: Roster
    opening: int
    step_seconds: int
    last: Attempt[Point]
    members: tuple[Address, ...] | None
    excluded: int = 0
    current: AttemptReplay[Point] | None = None
    judged: int | None = None
    is_final: bool = False
    has_failed: bool = False

    @property
    def owed(self) -> str | None:
        """Name what came in the transaction of the last event and is not there.

        No block ends between the two, so that it can never be still to come.
        """
        if self.is_final or self.has_failed:
            return None
        if self.judged is not None:
            return "AttemptAborted"
        if self.current is None:
            return "CeremonyFailed" if self.members is None else "AttemptStarted"
        if self.current.step > Step.ENROLL and self.current.bound is None:
            return "CeremonyBound"
        return "CeremonyFinal" if self.current.step is Step.FINAL else None

    def take(self, entry: Entry[CeremonyEvent]) -> None:
        """Repeat one event; raises if it does not follow from those before."""
        event, now = entry.event, entry.log.timestamp
        is_open = not (self.is_final or self.has_failed)
        require(is_open, "came after the end", blames=VALIDATORS)
        if isinstance(event, events.AttemptStarted):
            self._start(event, now=now)
        elif isinstance(event, events.CeremonyFailed):
            self._fail(event)
        else:
            is_current = event.attempt == self.last.number
            require(is_current, "is of another attempt", blames=VALIDATORS)
            self._take_in(self._attempt(), event, now=now)

    def _attempt(self) -> AttemptReplay[Point]:
        if self.current is None:
            raise MissingError("attempt", "did not start on the record")
        return self.current

    def _start(self, event: events.AttemptStarted, *, now: int) -> None:
        is_next = event.attempt == self.last.number + 1
        require(is_next, "is not the next attempt", blames=VALIDATORS)
        is_right = event.members == self.members and event.n == len(event.members)
        require(is_right, "seats other members than its turn", blames=VALIDATORS)
        self.last = replace(self.last, number=event.attempt, members=event.members)
        self.current, self.members = AttemptReplay(self.last, now), None

    def _fail(self, event: events.CeremonyFailed) -> None:
        is_due = event.attempt == self.last.number and self.current is None
        is_due = is_due and self.members is None
        require(is_due, "has members for another attempt", blames=VALIDATORS)
        self.has_failed = True

    def _take_in(
        self, attempt: AttemptReplay[Point], event: CeremonyEvent, *, now: int
    ) -> None:
        is_clear = self.judged is None or isinstance(event, events.AttemptAborted)
        require(is_clear, "came after a complaint", blames=VALIDATORS)
        if isinstance(event, get_args(Message)):
            attempt.take_message(cast("Message", event), now=now)
        elif isinstance(event, events.CeremonyBound):
            attempt.check_binding(event)
        elif isinstance(event, events.SlotDerived):
            attempt.check_slot(event)
        elif isinstance(event, events.CeremonyFinal):
            attempt.check_final(event)
            self.is_final = True
        elif isinstance(event, events.ComplaintJudged):
            self.judged = attempt.judge(event)
        elif isinstance(event, events.AttemptAborted):
            self._abort(attempt, event, now=now)

    def _abort(
        self, attempt: AttemptReplay[Point], event: events.AttemptAborted, *, now: int
    ) -> None:
        culprit = self.judged
        reason = _SILENCE if culprit is None else _COMPLAINT
        require(event.reason == reason, "has another reason", blames=VALIDATORS)
        if culprit is None:
            is_open = attempt.step <= Step.CONFIRM
            deadline = max(attempt.started, self.opening) + self.step_seconds
            is_late = is_open and now >= deadline
            require(is_late, "came before the time was over", blames=VALIDATORS)
            culprit = attempt.first_silent
        is_right = event.culprit == self.last.members[culprit - 1]
        require(is_right, "excludes another", blames=VALIDATORS)
        self._exclude(culprit)

    def _exclude(self, culprit: int) -> None:
        """Give the seat to the next reserve, or close the seats up."""
        reserve = self.roster.seats + self.excluded
        self.excluded += 1
        seats = [*self.last.members]
        if reserve < len(self.roster.members):
            seats[culprit - 1] = self.roster.members[reserve].account
        else:
            del seats[culprit - 1]
        named = {member.account for member in self.roster.members if member.commission}
        k = self.roster.threshold
        is_quorate = len(seats) >= k > len(named & set(seats))
        self.members = tuple(seats) if is_quorate else None
        self.current = self.judged = None


def check_trustees(evidence: Evidence) -> Outcome:
    """Repeat the ceremony of the election key."""
    return _check(evidence, Part.TRUSTEES, await_trustees(evidence))


def check_issuers(evidence: Evidence) -> Outcome:
    """Repeat the ceremony of the credential keys."""
    return _check(evidence, Part.ISSUERS, await_issuers(evidence))


def await_trustees(evidence: Evidence) -> CeremonyReplay[G1Point]:
    """Stand before the first event of the trustees' ceremony."""
    deployed = evidence.deployed
    slots = max((contest.slots for contest in deployed.contests), default=0)
    at, roster = deployed.trustees_ceremony, deployed.trustees
    return _await(evidence, TRUSTEE_GROUP, at, roster=roster, slots=slots)


def await_issuers(evidence: Evidence) -> CeremonyReplay[G2Point]:
    """Stand before the first event of the issuers' ceremony."""
    deployed, slots = evidence.deployed, len(evidence.deployed.contests)
    at, roster = deployed.issuers_ceremony, deployed.issuers
    return _await(evidence, ISSUER_GROUP, at, roster=roster, slots=slots)


def list_ceremony(evidence: Evidence, part: Part) -> tuple[Entry[CeremonyEvent], ...]:
    """List the events of a ceremony, in the order of the chain."""
    every: Sequence[Entry[CeremonyEvent]] = evidence.of_kinds(*get_args(CeremonyEvent))
    return tuple(entry for entry in every if entry.contract.part is part)


def _check(evidence: Evidence, part: Part, replay: CeremonyReplay[Point]) -> Outcome:
    entries = list_ceremony(evidence, part)
    for verified, entry in enumerate(entries):
        try:
            replay.take(entry)
        except ElectionError as error:
            # what follows rests on this message: it stays unverified
            named = Named(f"{part.title}, {type(entry.event).__name__}")
            finding = describe(error, named=named, blames=VALIDATORS)
            return Outcome(verified, len(entries), (finding,))
    verified = len(entries)
    if replay.is_final:
        note = spell_margin(len(replay.last.members), replay.roster.threshold)
        return Outcome(verified, verified, (), (note,))
    if replay.owed is not None:
        fact = f"lacks {replay.owed}, which came with the event before"
        finding = Finding(part.title, fact, NODE, None)
        return Outcome(verified, verified + 1, (finding,))
    if evidence.is_over(part):
        # whoever was silent is not named: after the deadline anyone could exclude it
        finding = Finding(part.title, "ended without a key", NOBODY, None)
        return Outcome(verified, verified + 1, (finding,))
    awaited = Awaited(part.title, "is not final yet", None)
    return Outcome(verified, verified + 1, (), awaited=(awaited,))


def spell_margin(members: int, threshold: int) -> str:
    """Say how many members hold a key, and how many of them may be missing."""
    hold = f"{members} members hold the key and {threshold} are needed"
    spare = members - threshold
    return f"{hold}: {spare or 'none'} may be missing"


def _await(
    evidence: Evidence,
    group: Group[Point],
    ceremony: Address,
    *,
    roster: Roster,
    slots: int,
) -> CeremonyReplay[Point]:
    is_sane = 2 <= roster.threshold <= roster.seats <= len(roster.members)
    require(is_sane, "is of a roster that cannot hold a key", blames=COMMISSION)
    none = Attempt(
        group=group,
        chain_id=evidence.board.chain_id,
        ceremony=ceremony,
        election_id=evidence.deployed.election_id,
        number=0,
        threshold=roster.threshold,
        slots=slots,
        members=(),
    )
    seats = tuple(member.account for member in roster.members[: roster.seats])
    step_seconds = evidence.deployed.rules.step_seconds
    return CeremonyReplay(roster, evidence.times.keys, step_seconds, none, seats)
