"""Reveals of polynomials that must not be taken, committed to as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from election.crypto.proofs.knowledge import prove_knowledge
from election.crypto.scalar import ORDER, Scalar, reduce_scalar
from election.crypto.sharing import commit_polynomial
from election.crypto.transcript import Field, Hash, Tag, hash_fields, hash_word
from election.crypto.transcript import uint_word as number
from election.protocol.ceremony import polynomials
from election.protocol.ceremony.attempt import BoundAttempt, Kind
from election.protocol.ceremony.polynomials import Reveal
from election.protocol.encoding import encode_points
from tests import honest
from tests.vectors.make_negative.bad_points import few_bad_g1, few_bad_g2
from tests.vectors.make_negative.case import LIBRARY, Case, Input, flip
from tests.vectors.make_negative.givens import write_reveal

MEMBER: Final = 2
_ONE: Final = "§4.3: sB - e sum alpha_{l,c} F_{l,c} - T = O"
_ENDS: Final = "§4.3: F_{l,0}, F_{l,k-1} != O"
_COMMITTED: Final = "§4.2: c = H(dkg-commit, cer, i, salt, h_p, T, s)"
_COUNT: Final = "§4.3: k coefficients for each slot"
_DISTINCT: Final = "§4.3: no F equals another F of the attempt"


def make_reveals(bound: BoundAttempt[Any]) -> Iterator[Case]:
    """List the reveals of one ceremony."""
    for title, (rule, message) in _faults(bound).items():
        content = _commit(bound, message)
        yield Case(f"reveal: {title}", rule, "reveal", content)
    sent = _honest(bound)
    content = _commit(bound, sent)
    for title, changed in {
        "another salt": replace(sent, salt=Hash(flip(sent.salt))),
        "another s": replace(sent, s=(sent.s + 1) % ORDER),
        "another polynomial": _honest(bound, seed=9),
    }.items():
        fields = {**content, **write_reveal(changed)}
        comment = f"reveal: {title} than was committed to"
        yield Case(comment, _COMMITTED, "reveal", fields)
    yield from _repetitions(bound)


def _honest(bound: BoundAttempt[Any], *, seed: int = MEMBER) -> Reveal:
    return polynomials.reveal(bound, MEMBER, source=honest.source(seed))


def _commit(
    bound: BoundAttempt[Any], message: Reveal, *, member: int = MEMBER
) -> Input:
    """Commit to any bytes, as a member does who knows what it will reveal."""
    cer, index = hash_word(bound.cer), number(member)
    h_p = hash_fields(Tag.REVEAL, cer, index, Field(message.coefficients))
    rest = hash_word(h_p), Field(message.t), number(message.s)
    salt = hash_word(message.salt)
    commitment = hash_fields(Tag.COMMIT, cer, index, salt, *rest)
    return {**write_reveal(message), "commitment": commitment.hex()}


def _prove(
    bound: BoundAttempt[Any], slots: Sequence[Sequence[Scalar]], *, member: int
) -> Reveal:
    """Reveal any polynomials with an honest proof."""
    base = bound.attempt.group.base
    points = tuple(commit_polynomial(slot, base) for slot in slots)
    digest = polynomials._digest(bound, member, points)
    statement = polynomials._state(bound, points, digest)
    secrets = [coefficient for slot in slots for coefficient in slot]
    proof = prove_knowledge(statement, secrets, nonce=Scalar(271828))
    return Reveal(
        encode_points([point for slot in points for point in slot]),
        encode_points((proof.commitment,)),
        proof.response,
        Hash(b"\3" * 32),
    )


def _secrets(bound: BoundAttempt[Any], member: int) -> list[list[Scalar]]:
    source = honest.source(member)
    found = polynomials.derive_polynomials(bound, member, source=source)
    return [list(slot) for slot in found.slots]


def _faults(bound: BoundAttempt[Any]) -> dict[str, tuple[str, Reveal]]:
    sent, size = _honest(bound), bound.attempt.group.point_bytes
    raw = sent.coefficients
    other = polynomials.reveal(bound, 1, source=honest.source(1))
    again = replace(bound, cer=Hash(flip(bound.cer)))
    base = bound.attempt.group.base
    first, second = bound.attempt.group.decode_list(raw[: 2 * size], count=2)
    moved = encode_points((first + base, second - base)) + raw[2 * size :]
    faults = {
        "s plus 1": (_ONE, replace(sent, s=(sent.s + 1) % ORDER)),
        "s plus q": ("§1: scalars < q", replace(sent, s=sent.s + ORDER)),
        "T infinity": (_ONE, replace(sent, t=bytes(size))),
        "T cut off": ("§1: lengths of points", replace(sent, t=sent.t[:-1])),
        "of member 1": (_ONE, other),
        "made for another cer": (_ONE, _honest(again)),
        "errors of two coefficients cancel": (_ONE, replace(sent, coefficients=moved)),
        "one point too few": (_COUNT, replace(sent, coefficients=raw[:-size])),
        "one point too many": (_COUNT, replace(sent, coefficients=raw + raw[-size:])),
        "half a point too few": (_COUNT, replace(sent, coefficients=raw[: -size // 2])),
        "no points": (_COUNT, replace(sent, coefficients=b"")),
        "a key that takes another member's away": (_ONE, _take_away(bound, sent)),
    }
    return faults | _infinite(bound) | _malformed(bound, sent)


def _take_away(bound: BoundAttempt[Any], sent: Reveal) -> Reveal:
    """Publish F_{1,0} less the sum of what the others will publish."""
    group = bound.attempt.group
    size = group.point_bytes
    key = group.decode(sent.coefficients[:size])
    for member in bound.members:
        if member != MEMBER:
            key = key - group.base * _secrets(bound, member)[0][0]
    return replace(sent, coefficients=encode_points((key,)) + sent.coefficients[size:])


def _infinite(bound: BoundAttempt[Any]) -> dict[str, tuple[str, Reveal]]:
    faults = {}
    for title, slot, c in (
        ("first coefficient of slot 1", 0, 0),
        ("last coefficient of slot 1", 0, -1),
        ("first coefficient of the last slot", -1, 0),
        ("last coefficient of the last slot", -1, -1),
    )[: 4 if bound.attempt.slots > 1 else 2]:
        secrets = _secrets(bound, MEMBER)
        secrets[slot][c] = Scalar(0)
        faults[f"{title} zero, proven"] = _ENDS, _prove(bound, secrets, member=MEMBER)
    return faults


def _malformed(bound: BoundAttempt[Any], sent: Reveal) -> dict[str, tuple[str, Reveal]]:
    is_g1 = bound.attempt.group.kind is Kind.TRUSTEES
    faults, size = {}, bound.attempt.group.point_bytes
    for title, (rule, raw) in (few_bad_g1() if is_g1 else few_bad_g2()).items():
        first = raw + sent.coefficients[size:]
        last = sent.coefficients[:-size] + raw
        faults[f"F_1,0: {title}"] = rule, replace(sent, coefficients=first)
        faults[f"F_L,k-1: {title}"] = rule, replace(sent, coefficients=last)
        faults[f"T: {title}"] = rule, replace(sent, t=raw)
    return faults


def _repetitions(bound: BoundAttempt[Any]) -> Iterator[Case]:
    """Give all reveals of an attempt, each right by itself."""
    own = {member: _secrets(bound, member) for member in bound.members}
    copied = [own[1][0], *own[MEMBER][1:]]
    for title, slots in {
        "a slot of member 1, proven": copied,
        "a first coefficient of member 1, proven": [
            [own[1][0][0], *own[MEMBER][0][1:]],
            *own[MEMBER][1:],
        ],
        "a coefficient repeated within a slot, proven": [
            [own[MEMBER][0][0]] * bound.attempt.threshold,
            *own[MEMBER][1:],
        ],
    }.items():
        reveals = _reveal_all(bound, {**own, MEMBER: slots})
        yield Case(f"reveals: {title}", _DISTINCT, "reveals", reveals)
    total = sum(own[member][0][0] for member in bound.members if member != MEMBER)
    own[MEMBER][0][0] = reduce_scalar(-total)
    reveals = _reveal_all(bound, own)
    rule = "§4.3: key_l != O"
    yield Case("reveals: a key at infinity", rule, "reveals", reveals, (LIBRARY,))


def _reveal_all(
    bound: BoundAttempt[Any], own: dict[int, list[list[Scalar]]]
) -> dict[str, Any]:
    return {
        "reveals": [
            _commit(bound, _prove(bound, slots, member=member), member=member)
            for member, slots in own.items()
        ]
    }
