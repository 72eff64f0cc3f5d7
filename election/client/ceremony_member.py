"""One member's part in a ceremony, driven by what the chain says.

docs/protocol.md §4. Every secret follows from the member's source, so whoever comes
back after a crash says the same again; and what the others said is verified before
anything is built on it. A complaint opens what a dealer dealt to whoever reads it, a
lying node first: it is made only when reveals and deals are proven, hence the dealer's
own, and a share in them is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from election.client.ceremony import (
    AttemptRecord,
    Ceremony,
    accept_deals,
    accept_enrolments,
    accept_reveals,
    read_attempt,
)
from election.client.errors import ContractRefusedError
from election.client.wire import Act
from election.crypto.group import Point
from election.crypto.randomness import SecretSource
from election.crypto.signature import SigningKey, derive_address
from election.errors import FaultyIssuerError, FaultyTrusteeError
from election.protocol.ceremony import (
    complaint,
    confirmation,
    dealing,
    enrolment,
    polynomials,
)
from election.protocol.ceremony.attempt import BoundAttempt, Step
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.ceremony.dealing import Dealt
from election.protocol.ceremony.polynomials import Revealed


@dataclass(frozen=True, slots=True)
class Member:
    """A trustee or issuer: its account, and the source of its secrets."""

    key: SigningKey
    source: SecretSource


@dataclass(frozen=True, slots=True)
class Advance:
    """What a member found and did.

    step: where the ceremony stood. acted: whether the member said something. key_share:
    what it keeps, once the ceremony is final.
    """

    attempt: int
    step: Step
    acted: bool
    key_share: KeyShare | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether there is nothing left to wait for."""
        return self.step in (Step.FINAL, Step.FAILED)


def advance_member(ceremony: Ceremony[Point], member: Member) -> Advance:
    """Read the current attempt, and say what this member has to say next in it."""
    return advance_in(ceremony, read_attempt(ceremony), member)


def advance_in(
    ceremony: Ceremony[Point], record: AttemptRecord[Point], member: Member
) -> Advance:
    """Say the one thing that this member has to say next, if it has anything.

    Raises ContractRefusedError, LyingNodeError, UnexpectedAnswerError.
    """
    advance, act = prepare_in(ceremony, record, member)
    if act is not None:
        if record.step is Step.CONFIRM:
            _derive_missing(ceremony, record, member)
        ceremony.handle.contract.connection.send(act, key=member.key)
    return advance


def prepare_in(
    ceremony: Ceremony[Point], record: AttemptRecord[Point], member: Member
) -> tuple[Advance, Act | None]:
    """Make the one thing that this member has to say next, and send nothing.

    Before a confirmation counts, `list_derivations` have to. Raises LyingNodeError,
    UnexpectedAnswerError.
    """
    attempt, step = record.attempt, record.step
    account = derive_address(member.key)
    if step is Step.FAILED or account not in attempt.members:
        return Advance(attempt.number, step, acted=False), None
    index = attempt.members.index(account) + 1
    if step is Step.FINAL:
        share = _open(record, index, source=member.source)
        return Advance(attempt.number, step, acted=False, key_share=share), None
    if _has_spoken(record, index):
        return Advance(attempt.number, step, acted=False), None
    act = _speak(ceremony, record, index, source=member.source)
    return Advance(attempt.number, step, acted=True), act


def _has_spoken(record: AttemptRecord[Point], index: int) -> bool:
    said = {
        Step.ENROLL: record.enrolled,
        Step.COMMIT: record.committed,
        Step.REVEAL: record.revealed,
        Step.SHARES: record.dealt,
        Step.CONFIRM: record.confirmed,
    }
    return index in said[record.step]


def _speak(
    ceremony: Ceremony[Point],
    record: AttemptRecord[Point],
    index: int,
    *,
    source: SecretSource,
) -> Act:
    handle = ceremony.handle
    if record.step is Step.ENROLL:
        return handle.enroll(enrolment.enroll(record.attempt, index, source=source))
    bound = accept_enrolments(record)
    if record.step is Step.COMMIT:
        return handle.commit(polynomials.commit(bound, index, source=source))
    if record.step is Step.REVEAL:
        return handle.reveal(polynomials.reveal(bound, index, source=source))
    if record.step is Step.SHARES:
        accept_reveals(record, bound)
        return handle.deal(dealing.deal(bound, index, source=source))
    return _confirm_or_complain(ceremony, record, index, source=source)


def _confirm_or_complain(
    ceremony: Ceremony[Point],
    record: AttemptRecord[Point],
    index: int,
    *,
    source: SecretSource,
) -> Act:
    bound, reveals, deals = _accept_all(record)
    try:
        share = confirmation.open_key_share(
            bound, index, reveals=reveals, deals=deals, source=source
        )
    except (FaultyTrusteeError, FaultyIssuerError) as error:
        dealer = (
            error.trustee if isinstance(error, FaultyTrusteeError) else error.issuer
        )
        message = complaint.complain(
            deals[dealer - 1], bound, dealer=dealer, member=index, source=source
        )
        revealed = record.revealed[dealer].coefficients
        deal = record.dealt[dealer]
        return ceremony.handle.complain(message, revealed=revealed, deal=deal)
    confirmed = confirmation.confirm(
        bound,
        share,
        keys=polynomials.derive_keys(bound, reveals),
        digest=confirmation.derive_digest(bound, reveals, deals),
        source=source,
    )
    return ceremony.handle.confirm(confirmed)


def _accept_all(
    record: AttemptRecord[Point],
) -> tuple[BoundAttempt[Point], list[Revealed[Point]], list[Dealt]]:
    bound = accept_enrolments(record)
    reveals = accept_reveals(record, bound)
    return bound, reveals, accept_deals(record, bound, reveals=reveals)


def _derive_missing(
    ceremony: Ceremony[Point], record: AttemptRecord[Point], member: Member
) -> None:
    """Have every slot derived that nobody has derived yet; anyone may."""
    missing = _list_missing(ceremony, record)
    acts = list_derivations(ceremony, record)
    if not acts:
        return
    try:
        ceremony.handle.contract.connection.send_all(acts, key=member.key)
    except ContractRefusedError:  # another member was quicker
        if not set(missing) <= read_attempt(ceremony).derived:
            raise


def _list_missing(ceremony: Ceremony[Point], record: AttemptRecord[Point]) -> list[int]:
    return [s for s in range(1, ceremony.slots + 1) if s not in record.derived]


def list_derivations(
    ceremony: Ceremony[Point], record: AttemptRecord[Point]
) -> list[Act]:
    """Make what derives the slots that nobody has derived yet; anyone may send it."""
    return [
        ceremony.handle.derive(slot, _coefficients(record, slot))
        for slot in _list_missing(ceremony, record)
    ]


def _coefficients(record: AttemptRecord[Point], slot: int) -> bytes:
    size = record.attempt.threshold * record.attempt.group.point_bytes
    at = (slot - 1) * size
    return b"".join(
        record.revealed[member].coefficients[at : at + size]
        for member in record.members
    )


def _open(
    record: AttemptRecord[Point], index: int, *, source: SecretSource
) -> KeyShare:
    bound, reveals, deals = _accept_all(record)
    return confirmation.open_key_share(
        bound, index, reveals=reveals, deals=deals, source=source
    )
