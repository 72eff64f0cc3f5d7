"""What a ceremony's current attempt has on the chain, ready to be verified.

docs/protocol.md §4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from election.client.contracts.key_ceremony import KeyCeremony
from election.client.errors import LyingNodeError, UnexpectedAnswerError
from election.client.open_election import OpenElection
from election.crypto.group import G1Point, G2Point, Point
from election.crypto.transcript import Hash
from election.errors import FaultyIssuerError, FaultyTrusteeError
from election.protocol import events
from election.protocol.ceremony import dealing, enrolment, polynomials
from election.protocol.ceremony.attempt import (
    ISSUER_GROUP,
    TRUSTEE_GROUP,
    Attempt,
    BoundAttempt,
    Group,
    Step,
    bind_attempt,
)
from election.protocol.ceremony.dealing import Deal, Dealt
from election.protocol.ceremony.enrolment import Enrolment
from election.protocol.ceremony.polynomials import Reveal, Revealed
from election.protocol.context import derive_election_id
from election.protocol.rules import MOST_SEATS

Message = TypeVar("Message")


@dataclass(frozen=True, slots=True)
class Ceremony(Generic[Point]):
    """A ceremony of an election: its contract and what deployment fixed of it."""

    handle: KeyCeremony
    group: Group[Point]
    election_id: Hash
    threshold: int
    slots: int


@dataclass(frozen=True, slots=True)
class AttemptRecord(Generic[Point]):
    """An attempt and the messages of its members, by index; none verified yet."""

    attempt: Attempt[Point]
    cer: Hash | None = None
    enrolled: Mapping[int, Enrolment] = field(default_factory=dict)
    committed: Mapping[int, Hash] = field(default_factory=dict)
    revealed: Mapping[int, Reveal] = field(default_factory=dict)
    derived: frozenset[int] = frozenset()
    dealt: Mapping[int, Deal] = field(default_factory=dict)
    confirmed: frozenset[int] = frozenset()
    failed: bool = False

    @property
    def step(self) -> Step:
        """Tell which message of the members is awaited."""
        if self.failed:
            return Step.FAILED
        rounds = (
            self.enrolled,
            self.committed,
            self.revealed,
            self.dealt,
            self.confirmed,
        )
        for step, said in enumerate(rounds, 1):
            if any(member not in said for member in self.members):
                return Step(step)
        return Step.FINAL

    @property
    def members(self) -> range:
        """Give the indices of the members."""
        return range(1, len(self.attempt.members) + 1)


def trustees_ceremony(opened: OpenElection) -> Ceremony[G1Point]:
    """Give the ceremony that makes the election keys."""
    most = max(each.slots for each in opened.deployed.contests)
    return Ceremony(
        opened.trustees,
        TRUSTEE_GROUP,
        derive_election_id(opened.rules.slug),
        opened.deployed.trustees.threshold,
        most,
    )


def issuers_ceremony(opened: OpenElection) -> Ceremony[G2Point]:
    """Give the ceremony that makes the credential keys."""
    return Ceremony(
        opened.issuers,
        ISSUER_GROUP,
        derive_election_id(opened.rules.slug),
        opened.deployed.issuers.threshold,
        len(opened.contests),
    )


def read_attempt(ceremony: Ceremony[Point]) -> AttemptRecord[Point]:
    """Read the messages of the current attempt."""
    return find_attempt(ceremony, ceremony.handle.contract.read_events())


def find_attempt(
    ceremony: Ceremony[Point], said: Sequence[events.Event]
) -> AttemptRecord[Point]:
    """Find the messages of the last attempt in all that the contract announced."""
    started = [each for each in said if isinstance(each, events.AttemptStarted)]
    if not started:
        address = ceremony.handle.contract.address
        raise UnexpectedAnswerError(f"0x{address.hex()}", "has started no ceremony")
    return _record(ceremony, started[-1], said)


def _record(
    ceremony: Ceremony[Point],
    started: events.AttemptStarted,
    said: Iterable[events.Event],
) -> AttemptRecord[Point]:
    number = started.attempt
    ours = [each for each in said if getattr(each, "attempt", None) == number]

    def of(kind: type[Message]) -> list[Message]:
        return [each for each in ours if isinstance(each, kind)]

    bound = of(events.CeremonyBound)
    return AttemptRecord(
        _attempt(ceremony, started),
        cer=bound[0].cer if bound else None,
        enrolled={e.index: Enrolment(e.key, e.t, e.s) for e in of(events.Enrolled)},
        committed={e.index: e.commitment for e in of(events.Committed)},
        revealed={
            e.index: Reveal(e.coefficients, e.t, e.s, e.salt)
            for e in of(events.Revealed)
        },
        derived=frozenset(e.slot for e in of(events.SlotDerived)),
        dealt={e.index: Deal(e.r, e.t, e.s, e.ciphertexts) for e in of(events.Dealt)},
        confirmed=frozenset(e.index for e in of(events.Confirmed)),
        failed=bool(of(events.CeremonyFailed)),
    )


def _attempt(
    ceremony: Ceremony[Point], started: events.AttemptStarted
) -> Attempt[Point]:
    contract = ceremony.handle.contract
    seats = range(ceremony.threshold, MOST_SEATS + 1)
    if len(started.members) not in seats or started.n != len(started.members):
        address = f"0x{contract.address.hex()}"
        raise UnexpectedAnswerError(address, "has an attempt of impossible members")
    return Attempt(
        group=ceremony.group,
        chain_id=contract.connection.chain_id,
        ceremony=contract.address,
        election_id=ceremony.election_id,
        number=started.attempt,
        threshold=ceremony.threshold,
        slots=ceremony.slots,
        members=started.members,
    )


@contextmanager
def _as_its_contract() -> Iterator[None]:
    """Blame the node for what the contract would have refused, not its member."""
    try:
        yield
    except (FaultyTrusteeError, FaultyIssuerError) as error:
        fact = f"{error.fact}, which the contract refuses: the node lies"
        raise LyingNodeError(error.subject, fact) from error


def accept_enrolments(record: AttemptRecord[Point]) -> BoundAttempt[Point]:
    """Verify all enrolments and bind the attempt to them, as the contract did.

    Raises LyingNodeError, UnexpectedAnswerError.
    """
    with _as_its_contract():
        keys = [
            enrolment.accept_enrolment(
                record.enrolled[each], record.attempt, member=each
            )
            for each in record.members
        ]
    bound = bind_attempt(record.attempt, keys)
    if bound.cer != record.cer:
        subject = f"0x{record.attempt.ceremony.hex()}"
        raise UnexpectedAnswerError(subject, "is bound to another ceremony")
    return bound


def accept_reveals(
    record: AttemptRecord[Point], bound: BoundAttempt[Point]
) -> list[Revealed[Point]]:
    """Verify all reveals, in order; raises LyingNodeError."""
    accepted: list[Revealed[Point]] = []
    with _as_its_contract():
        for member in record.members:
            revealed = polynomials.accept_reveal(
                record.revealed[member],
                bound,
                member=member,
                commitment=record.committed[member],
                earlier=accepted,
            )
            accepted.append(revealed)
    return accepted


def accept_deals(
    record: AttemptRecord[Point],
    bound: BoundAttempt[Point],
    *,
    reveals: Iterable[Revealed[Point]],
) -> list[Dealt]:
    """Verify all deals but for the shares in them, in order; raises LyingNodeError.

    reveals: of all members, in order.
    """
    with _as_its_contract():
        return [
            dealing.accept_deal(
                record.dealt[member], bound, member=member, revealed=revealed
            )
            for member, revealed in enumerate(reveals, 1)
        ]
