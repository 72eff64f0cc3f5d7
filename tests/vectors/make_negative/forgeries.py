"""Ballots by a prover that cheats: everything holds but the vote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from curve.libraries import choose_curve
from election.crypto.elgamal import Ciphertext
from election.crypto.group import G, G1Point, encode_g1
from election.crypto.proofs.unit_vector import (
    UnitVectorMasks,
    UnitVectorProof,
    UnitVectorStatement,
    derive_challenges,
)
from election.crypto.scalar import Scalar, encode_scalar
from tests import forger, honest
from tests.reference.low_order import low_order_bytes
from tests.vectors.make_negative.case import Case
from tests.vectors.make_negative.records import (
    Fields,
    add_to_scalar,
    sign_record,
    voted,
)

MakeCase = Callable[..., Case]
NONCE: Final = Scalar(31337)
VECTORS: Final = {
    "no choice": (0, 0, 0),
    "two choices": (1, 1, 0),
    "three choices": (1, 1, 1),
    "two votes for one candidate": (2, 0, 0),
    "two votes and one against": (2, -1, 0),
    "one vote against, none for anybody": (0, 0, -1),
    "a thousand votes, taken from another": (1001, 0, -1000),
    "two choices and one against": (1, 1, -1),
}


@dataclass(frozen=True, slots=True)
class Forged:
    """A statement and its false proof."""

    statement: UnitVectorStatement
    proof: UnitVectorProof


def make_forgeries(ballots: MakeCase) -> Iterator[Case]:
    """List all forgeries."""
    rule = "§3, verify: f_L = x - sum f_j forces the sum 1, E_Q each m_j in {0, 1}"
    for name, vector in VECTORS.items():
        raw = _encode(_forge(vector))
        yield ballots(f"proven dishonestly: {name}", rule, raw)
    raw = _encode(_forge((1, 0, 0), nonce=Scalar(0)))
    yield ballots("r = 0: A infinity, the vote in the open", "§3: A != O", raw)
    yield from _equations(ballots)
    yield from _cancelling(ballots)
    yield from _low_order(ballots)


def _masks(seed: int = 1) -> UnitVectorMasks:
    slots = tuple(Scalar(seed * 1000 + j) for j in range(2))
    return UnitVectorMasks(Scalar(seed * 7919), slots)


def _forge(
    vector: Sequence[int],
    *,
    nonce: Scalar = NONCE,
    shift: forger.Shift = replace,
    number: int = 1,
) -> Forged:
    box = honest.box()
    ciphertext = forger.encrypt_vector(vector, box.election_keys, nonce=nonce)
    address = honest.issue(number, ctx_box=box).address
    statement = UnitVectorStatement(box.ctx, box.election_keys, address, ciphertext)
    proof = forger.prove_vector(
        statement, vector, nonce=nonce, masks=_masks(), shift=shift
    )
    return Forged(statement, proof)


def _fields(forged: Forged, *, number: int = 1) -> Fields:
    cipher, commitments = forged.statement.ciphertext, forged.proof.commitments
    names = range(1, len(cipher.slots) + 1)
    slots = zip(names, cipher.slots, commitments.slots, strict=True)
    fields = {**voted(number)}
    for j, b, b_prime in slots:
        fields |= {f"B_{j}": encode_g1(b), f"B'_{j}": encode_g1(b_prime)}
    for j, response in enumerate(forged.proof.slot_responses, 1):
        fields[f"f_{j}"] = encode_scalar(response)
    return fields | {
        "A": encode_g1(cipher.ephemeral),
        "C": encode_g1(commitments.linear),
        "A'": encode_g1(commitments.ephemeral),
        "D": encode_g1(commitments.constant),
        "z": encode_scalar(forged.proof.nonce_response),
    }


def _encode(forged: Forged, *, number: int = 1) -> bytes:
    return sign_record(_fields(forged, number=number), number=number)


def _equations(ballots: MakeCase) -> Iterator[Case]:
    shifts: dict[str, forger.Shift] = {
        "E_A": lambda c: replace(c, ephemeral=c.ephemeral + G),
        "E_1": lambda c: replace(c, slots=(c.slots[0] + G, *c.slots[1:])),
        "E_3": lambda c: replace(c, slots=(*c.slots[:-1], c.slots[-1] + G)),
        "E_Q, in D": lambda c: replace(c, constant=c.constant + G),
        "E_Q, in C": lambda c: replace(c, linear=c.linear + G),
        "E_1 and E_2, whose sum holds": lambda c: replace(
            c, slots=(c.slots[0] + G, c.slots[1] - G, *c.slots[2:])
        ),
        "E_A and E_Q, whose sum holds": lambda c: replace(
            c, ephemeral=c.ephemeral + G, constant=c.constant - G
        ),
    }
    rule = "§3, verify: every equation by itself"
    for name, shift in shifts.items():
        raw = _encode(_forge((0, 1, 0), shift=shift))
        yield ballots(f"only wrong in {name}", rule, raw)


def _cancelling(ballots: MakeCase) -> Iterator[Case]:
    left, right, third = voted(1), voted(2), voted(3)
    first = sign_record({**left, "z": add_to_scalar(left["z"], 1)}, number=1)
    second = sign_record({**right, "z": add_to_scalar(right["z"], -1)}, number=2)
    rule = "§3, batch: delta hashes every response of every ballot"
    yield ballots("two ballots whose errors in z cancel", rule, first, second)
    for sign, name in ((1, "first"), (-1, "last")):
        good = honest.ballot(2, 2), honest.ballot(2, 3)
        raws = (first, *good) if sign == 1 else (*good[::-1], first)
        yield ballots(f"three ballots, the {name} one wrong", rule, *raws)
    one = _encode(_forge((2, 0, 0)))
    other = _encode(_forge((0, 0, 0), number=2), number=2)
    title = "two votes and none, which add up to two ballots"
    yield ballots(title, "§3: each ballot by itself holds one choice", one, other)
    halves = [
        sign_record({**fields, "z": add_to_scalar(fields["z"], by)}, number=number)
        for number, (fields, by) in enumerate(
            ((left, 1), (right, 1), (third, -2)), start=1
        )
    ]
    yield ballots("three ballots whose errors in z cancel", rule, *halves)
    yield from _opposed(ballots)


def _opposed(ballots: MakeCase) -> Iterator[Case]:
    """Let one equation fail by G in a ballot and by -G in another."""
    rule = "§3, batch: delta of every equation hashes the place of the ballot"
    shifts: dict[str, Callable[[G1Point], forger.Shift]] = {
        "E_A": lambda by: lambda c: replace(c, ephemeral=c.ephemeral + by),
        "E_1": lambda by: lambda c: replace(c, slots=(c.slots[0] + by, *c.slots[1:])),
        "E_Q": lambda by: lambda c: replace(c, constant=c.constant + by),
    }
    for name, shift in shifts.items():
        raws = [
            _encode(_forge((0, 1, 0), shift=shift(by), number=number), number=number)
            for number, by in ((1, G), (2, -G))
        ]
        yield ballots(f"two ballots whose errors in {name} cancel", rule, *raws)


def _low_order(ballots: MakeCase) -> Iterator[Case]:
    """Shift a point by one of order 3 such that x times the shift is infinity."""
    coordinates = low_order_bytes(3)
    raw = coordinates[16:64] + coordinates[80:]
    shift = G1Point(choose_curve().g1.decode(raw))
    rule = "§1, §3: every point in the subgroup; each equation by itself holds"
    for name in ("A", "B_1", "B_3"):
        fields = next(filter(None, (_ground(name, shift, at) for at in count(1))))
        raw = sign_record(fields, number=1)
        yield ballots(f"{name} plus a point of order 3 that x hides", rule, raw)


def _ground(name: str, shift: G1Point, at: int) -> Fields | None:
    box, vector = honest.box(), (0, 1, 0)
    nonce = Scalar(NONCE + at)
    a, *b = _points(forger.encrypt_vector(vector, box.election_keys, nonce=nonce))
    points = {"A": a} | {f"B_{j}": point for j, point in enumerate(b, 1)}
    points[name] += shift
    a, *b = points.values()
    address = honest.issue(1, ctx_box=box).address
    ciphertext = Ciphertext(a, tuple(b))
    statement = UnitVectorStatement(box.ctx, box.election_keys, address, ciphertext)
    proof = forger.prove_vector(statement, vector, nonce=nonce, masks=_masks())
    if derive_challenges(statement, proof.commitments).x % 3:
        return None
    return _fields(Forged(statement, proof))


def _points(ciphertext: Ciphertext) -> tuple[G1Point, ...]:
    return ciphertext.ephemeral, *ciphertext.slots
