"""What cases are about: honest boxes, ceremonies and sums, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from election.crypto.group import Point, encode_point
from election.crypto.scalar import Scalar
from election.protocol.ceremony import confirmation, dealing, enrolment, polynomials
from election.protocol.ceremony.attempt import Attempt, BoundAttempt
from election.protocol.ceremony.confirmation import Confirmation
from election.protocol.ceremony.enrolment import Enrolment
from election.protocol.ceremony.polynomials import Reveal
from election.protocol.encoding import encode_points, encode_totals
from election.protocol.tally import EncryptedTally
from tests import forger, honest
from tests.vectors.make_negative.case import word

COUNTS: Final = (3, 1, 6)
NONCE: Final = Scalar(4321)


def make_givens() -> dict[str, Any]:
    """Give everything that the cases name."""
    return {
        "boxes": {f"contest {contest}": _box(contest) for contest in (1, 2)},
        "attempts": {
            "trustees": describe_attempt(honest.trustee_attempt()),
            "issuers": describe_attempt(honest.issuer_attempt()),
        },
        "tallies": {"ten ballots": _tally()},
    }


def _box(contest: int) -> dict[str, Any]:
    box = honest.box(contest)
    return {
        "contest": contest,
        "ctx": box.ctx.hex(),
        "election_keys": encode_points(box.election_keys).hex(),
        "credential_key": encode_point(box.credential_key).hex(),
    }


def tally() -> EncryptedTally:
    """Sum up ten votes of the first contest."""
    box = honest.box()
    totals = forger.encrypt_vector(COUNTS, box.election_keys, nonce=NONCE)
    return EncryptedTally(box.ctx, sum(COUNTS), totals)


def _tally() -> dict[str, Any]:
    summed, keys = tally(), honest.keys().election.verification_keys
    return {
        "ctx": summed.ctx.hex(),
        "cast_count": summed.cast_count,
        "totals": encode_totals(summed.totals).hex(),
        "verification_keys": [encode_points(each).hex() for each in keys],
        "k": honest.THRESHOLD,
    }


def describe_attempt(attempt: Attempt[Point]) -> dict[str, Any]:
    """Hold a ceremony and write down all that its members sent."""
    bound = honest.enroll_all(attempt)
    keys = polynomials.derive_keys(bound, honest.reveal_all(bound))
    seats, source = bound.members, honest.source
    return {
        "kind": int(attempt.group.kind),
        "chain_id": attempt.chain_id,
        "ceremony": attempt.ceremony.hex(),
        "election_id": attempt.election_id.hex(),
        "number": attempt.number,
        "k": attempt.threshold,
        "slots": attempt.slots,
        "members": [member.hex() for member in attempt.members],
        "cer": bound.cer.hex(),
        "enrolments": [
            write_enrolment(enrolment.enroll(attempt, m, source=source(m)))
            for m in seats
        ],
        "commitments": [
            polynomials.commit(bound, m, source=source(m)).hex() for m in seats
        ],
        "reveals": [
            write_reveal(polynomials.reveal(bound, m, source=source(m))) for m in seats
        ],
        "keys": [_write(keys.keys[slot : slot + 1]) for slot in range(attempt.slots)],
        "verification_keys": [
            _write([each[slot] for each in keys.verification_keys])
            for slot in range(attempt.slots)
        ],
        "deals": [write_deal(dealing.deal(bound, m, source=source(m))) for m in seats],
        "confirmations": [write_confirmation(each) for each in confirm_all(bound)],
    }


def confirm_all(bound: BoundAttempt[Point]) -> list[Confirmation]:
    """Let every member confirm."""
    reveals = honest.reveal_all(bound)
    deals = honest.deal_all(bound, reveals)
    keys = polynomials.derive_keys(bound, reveals)
    digest = confirmation.derive_digest(bound, reveals, deals)
    messages = []
    for m in bound.members:
        source = honest.source(m)
        share = confirmation.open_key_share(
            bound, m, reveals=reveals, deals=deals, source=source
        )
        messages.append(
            confirmation.confirm(bound, share, keys=keys, digest=digest, source=source)
        )
    return messages


def _write(points: Sequence[Point]) -> str:
    return encode_points(points).hex()


def write_enrolment(message: Enrolment) -> dict[str, str]:
    """Write an enrolment."""
    return {"key": message.key.hex(), "t": message.t.hex(), "s": word(message.s)}


def write_reveal(message: Reveal) -> dict[str, str]:
    """Write a reveal."""
    return {
        "coefficients": message.coefficients.hex(),
        "t": message.t.hex(),
        "s": word(message.s),
        "salt": message.salt.hex(),
    }


def write_deal(message: dealing.Deal) -> dict[str, Any]:
    """Write a deal."""
    return {
        "r": message.r.hex(),
        "t": message.t.hex(),
        "s": word(message.s),
        "ciphertexts": [each.hex() for each in message.ciphertexts],
    }


def write_confirmation(message: Confirmation) -> dict[str, str]:
    """Write a confirmation."""
    return {"t": message.t.hex(), "s": word(message.s)}
