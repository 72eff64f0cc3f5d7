"""One attempt of a ceremony, repeated from its events.

docs/protocol.md §4. Every message is accepted again with the library, every value that
the contract computed is computed again; the first thing that does not hold is raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic

from election.audit.errors import MissingError, require
from election.audit.report import VALIDATORS
from election.crypto.group import G1Point, Point
from election.crypto.transcript import Hash
from election.errors import FaultyIssuerError, FaultyTrusteeError
from election.protocol import events
from election.protocol.ceremony.attempt import Attempt, BoundAttempt, Step, bind_attempt
from election.protocol.ceremony.complaint import Complaint, judge_complaint
from election.protocol.ceremony.confirmation import (
    Confirmation,
    accept_confirmation,
    derive_digest,
)
from election.protocol.ceremony.dealing import Deal, Dealt, accept_deal
from election.protocol.ceremony.enrolment import Enrolment, accept_enrolment
from election.protocol.ceremony.polynomials import (
    CeremonyKeys,
    Reveal,
    Revealed,
    accept_reveal,
    derive_keys,
)
from election.protocol.encoding import encode_points

Message = (
    events.Enrolled
    | events.Committed
    | events.Revealed
    | events.Dealt
    | events.Confirmed
)


@dataclass(slots=True)
class AttemptReplay(Generic[Point]):
    """What has happened in an attempt so far. started: of the step, Unix seconds."""

    attempt: Attempt[Point]
    started: int
    bound: BoundAttempt[Point] | None = None
    keys: CeremonyKeys[Point] | None = None
    enrolled: dict[int, G1Point] = field(default_factory=dict)
    committed: dict[int, Hash] = field(default_factory=dict)
    revealed: dict[int, Revealed[Point]] = field(default_factory=dict)
    dealt: dict[int, Dealt] = field(default_factory=dict)
    confirmed: dict[int, Confirmation] = field(default_factory=dict)
    derived: set[int] = field(default_factory=set)

    @property
    def _turns(self) -> tuple[Mapping[int, object], ...]:
        return (
            self.enrolled,
            self.committed,
            self.revealed,
            self.dealt,
            self.confirmed,
        )

    @property
    def step(self) -> Step:
        """Tell the step: the first in which a member has not acted."""
        size = len(self.attempt.members)
        done = (len(turn) == size for turn in self._turns)
        return Step(next((n for n, all_did in enumerate(done, 1) if not all_did), 6))

    @property
    def first_silent(self) -> int:
        """Tell the first member who has not acted in this step; the step is open."""
        acted = self._turns[self.step - 1]
        members = range(1, len(self.attempt.members) + 1)
        return next(index for index in members if index not in acted)

    def take_message(self, message: Message, *, now: int) -> None:
        """Accept a member's message again; raises if it does not hold."""
        step, index = self.step, message.index
        expected = _STEPS[type(message)]
        require(step is expected, f"came in step {step.name}", blames=VALIDATORS)
        is_due = 1 <= index <= len(self.attempt.members)
        is_due = is_due and index not in self._turns[step - 1]
        require(is_due, "is of no member whose turn it is", blames=VALIDATORS)
        if isinstance(message, events.Enrolled):
            self._enroll(message)
        else:
            self._take_bound(message, self._bound())
        if self.step is not step:
            self.started = now

    def _enroll(self, event: events.Enrolled) -> None:
        is_own = self.attempt.members[event.index - 1] == event.account
        require(is_own, "is of another account", blames=VALIDATORS)
        self.enrolled[event.index] = accept_enrolment(
            Enrolment(event.key, event.t, event.s), self.attempt, member=event.index
        )

    def _bound(self) -> BoundAttempt[Point]:
        if self.bound is None:
            raise MissingError("attempt", "was not bound on the record")
        return self.bound

    def _take_bound(self, message: Message, bound: BoundAttempt[Point]) -> None:
        index = message.index
        if isinstance(message, events.Committed):
            self.committed[index] = message.commitment
        elif isinstance(message, events.Revealed):
            self.revealed[index] = accept_reveal(
                Reveal(message.coefficients, message.t, message.s, message.salt),
                bound,
                member=index,
                commitment=self.committed[index],
                earlier=self.revealed.values(),
            )
        elif isinstance(message, events.Dealt):
            self.dealt[index] = accept_deal(
                Deal(message.r, message.t, message.s, message.ciphertexts),
                bound,
                member=index,
                revealed=self.revealed[index],
            )
        elif isinstance(message, events.Confirmed):
            self._confirm(message, bound)

    def _confirm(self, event: events.Confirmed, bound: BoundAttempt[Point]) -> None:
        is_derived = len(self.derived) == self.attempt.slots
        require(is_derived, "came before all keys", blames=VALIDATORS)
        reveals = [self.revealed[index] for index in bound.members]
        deals = [self.dealt[index] for index in bound.members]
        self.confirmed[event.index] = accept_confirmation(
            Confirmation(event.t, event.s),
            bound,
            member=event.index,
            keys=self._derive(bound),
            digest=derive_digest(bound, reveals, deals),
        )

    def _derive(self, bound: BoundAttempt[Point]) -> CeremonyKeys[Point]:
        keys = self.keys
        if keys is None:
            reveals = [self.revealed[index] for index in bound.members]
            keys = self.keys = derive_keys(bound, reveals)
        return keys

    def check_binding(self, event: events.CeremonyBound) -> None:
        """Compute cer again."""
        is_due = self.step is Step.COMMIT and self.bound is None
        require(is_due, "is not when all have enrolled", blames=VALIDATORS)
        keys = [self.enrolled[index] for index in sorted(self.enrolled)]
        bound = bind_attempt(self.attempt, keys)
        is_right = event.cer == bound.cer
        require(is_right, "binds other members or keys", blames=VALIDATORS)
        self.bound = bound

    def check_slot(self, event: events.SlotDerived) -> None:
        """Compute the key of a slot and its verification keys again."""
        is_open = self.step in (Step.SHARES, Step.CONFIRM)
        require(is_open, "came before all revealed", blames=VALIDATORS)
        is_new = 1 <= event.slot <= self.attempt.slots
        is_new = is_new and event.slot not in self.derived
        require(is_new, "is of no slot that was to derive", blames=VALIDATORS)
        keys = self._derive(self._bound())
        at = event.slot - 1
        is_right = encode_points((keys.keys[at],)) == event.key
        require(is_right, "has another key than revealed", blames=VALIDATORS)
        images = encode_points([member[at] for member in keys.verification_keys])
        is_right = images == event.verification_keys
        require(is_right, "has other verification keys", blames=VALIDATORS)
        self.derived.add(event.slot)

    def check_final(self, event: events.CeremonyFinal) -> None:
        """Check that all members confirmed."""
        is_due = self.step is Step.FINAL and event.cer == self._bound().cer
        require(is_due, "is not when all have confirmed", blames=VALIDATORS)

    def judge(self, event: events.ComplaintJudged) -> int:
        """Judge a complaint again; return the culprit's index."""
        require(self.step is Step.CONFIRM, "is too early", blames=VALIDATORS)
        members = range(1, len(self.attempt.members) + 1)
        is_right = event.dealer != event.complainer
        is_right = is_right and {event.dealer, event.complainer} <= set(members)
        require(is_right, "is not between two members", blames=VALIDATORS)
        has_confirmed = event.complainer in self.confirmed
        require(not has_confirmed, "comes after confirming", blames=VALIDATORS)
        complaint = Complaint(event.dealer, event.z, event.t1, event.t2, event.s)
        error = judge_complaint(
            complaint,
            self._bound(),
            member=event.complainer,
            dealt=self.dealt[event.dealer],
            revealed=self.revealed[event.dealer],
        )
        culprit = 0
        if isinstance(error, FaultyTrusteeError):
            culprit = error.trustee
        elif isinstance(error, FaultyIssuerError):
            culprit = error.issuer
        require(culprit == event.culprit, "blames another", blames=VALIDATORS)
        return culprit


_STEPS: Mapping[type[Message], Step] = {
    events.Enrolled: Step.ENROLL,
    events.Committed: Step.COMMIT,
    events.Revealed: Step.REVEAL,
    events.Dealt: Step.SHARES,
    events.Confirmed: Step.CONFIRM,
}
