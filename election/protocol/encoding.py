"""The only place that turns the protocol's values into bytes and back.

docs/protocol.md §1 and §3. Canonical and total: whatever decodes encodes to the same
bytes, everything else raises EncodingError.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from election.crypto.elgamal import Ciphertext
from election.crypto.group import (
    G1_BYTES,
    G1Point,
    G2Point,
    decode_all_g1,
    encode_g1,
    encode_point,
)
from election.crypto.proofs.unit_vector import UnitVectorCommitments, UnitVectorProof
from election.crypto.scalar import SCALAR_BYTES, decode_scalar, encode_scalar
from election.crypto.signature import (
    SIGNATURE_BYTES,
    Signature,
    decode_signature,
    encode_signature,
)
from election.crypto.transcript import Address, Hash, decode_address
from election.errors import EncodingError

_WORD: Final = 32
_PADDING: Final = bytes(12)


@dataclass(frozen=True, slots=True)
class BallotRecord:
    """A ballot as it is sent and published; only its encoding is checked."""

    credential: Address
    ciphertext: Ciphertext
    proof: UnitVectorProof
    memo: Hash
    seq: int
    signature: Signature
    sigma: G1Point


def encode_record(record: BallotRecord) -> bytes:
    """Encode a ballot as 26 + 9L words."""
    proof, commitments = record.proof, record.proof.commitments
    points = (
        record.ciphertext.ephemeral,
        *record.ciphertext.slots,
        commitments.linear,
        commitments.ephemeral,
        *commitments.slots,
        commitments.constant,
    )
    responses = (proof.nonce_response, *proof.slot_responses)
    return b"".join(
        (
            _PADDING + record.credential,
            encode_points(points),
            *map(encode_scalar, responses),
            record.memo,
            record.seq.to_bytes(_WORD, "big"),
            encode_signature(record.signature),
            encode_g1(record.sigma),
        )
    )


def decode_record(raw: bytes, *, slots: int) -> BallotRecord:
    """Decode a ballot of a contest with L slots.

    Every point is on the curve and in the subgroup, A and sigma are not infinity,
    every scalar is below q. Raises EncodingError.
    """
    return decode_records((raw,), slots=slots)[0]


def decode_records(raws: Sequence[bytes], *, slots: int) -> list[BallotRecord]:
    """Decode ballots together, all or none; an error may not say whose it is."""
    points = decode_all_g1(
        [each for raw in raws for each in _cut_points(raw, slots)], allow_infinity=True
    )
    count = 2 * slots + 5
    rows = (points[at : at + count] for at in range(0, len(points), count))
    return [_fill(raw, row, slots) for raw, row in zip(raws, rows, strict=True)]


def _cut_points(raw: bytes, slots: int) -> list[bytes]:
    """Cut out the encodings of A, B_1..B_L, C, A', B'_1..B'_L, D and sigma."""
    size = (26 + 9 * slots) * _WORD
    if len(raw) != size:
        raise EncodingError("ballot", f"{len(raw)} bytes instead of {size}")
    if raw[:12] != _PADDING:
        raise EncodingError("credential", "padding is not zero")
    starts = range(_WORD, (17 + 8 * slots) * _WORD, G1_BYTES)
    return [*(raw[at : at + G1_BYTES] for at in starts), raw[-G1_BYTES:]]


def _fill(raw: bytes, points: Sequence[G1Point], slots: int) -> BallotRecord:
    scalars = (17 + 8 * slots) * _WORD
    memo = scalars + slots * SCALAR_BYTES
    signature = memo + 2 * _WORD
    ephemeral, ciphers, rest = points[0], points[1 : 1 + slots], points[1 + slots :]
    linear, masked, *masks, constant, sigma = rest
    if ephemeral.is_infinity or sigma.is_infinity:
        raise EncodingError("g1 point", "infinity")
    responses = [
        decode_scalar(raw[at : at + SCALAR_BYTES])
        for at in range(scalars, memo, SCALAR_BYTES)
    ]
    return BallotRecord(
        decode_address(raw[12:_WORD]),
        Ciphertext(ephemeral, tuple(ciphers)),
        UnitVectorProof(
            UnitVectorCommitments(linear, masked, tuple(masks), constant),
            responses[0],
            tuple(responses[1:]),
        ),
        Hash(raw[memo : memo + _WORD]),
        int.from_bytes(raw[memo + _WORD : signature], "big"),
        decode_signature(raw[signature : signature + SIGNATURE_BYTES]),
        sigma,
    )


def encode_points(points: Sequence[G1Point | G2Point]) -> bytes:
    """Encode points one after another."""
    return b"".join(map(encode_point, points))


def decode_g1_list(raw: bytes, *, allow_infinity: bool = False) -> tuple[G1Point, ...]:
    """Decode points of G1 that stand one after another, at least one."""
    if not raw or len(raw) % G1_BYTES:
        raise EncodingError("g1 points", f"{len(raw)} bytes")
    cut = [raw[at : at + G1_BYTES] for at in range(0, len(raw), G1_BYTES)]
    return tuple(decode_all_g1(cut, allow_infinity=allow_infinity))


def encode_totals(totals: Ciphertext) -> bytes:
    """Encode A_sum, B_sum_1..L."""
    return encode_points((totals.ephemeral, *totals.slots))


def decode_totals(raw: bytes, *, slots: int) -> Ciphertext:
    """Decode A_sum, B_sum_1..L, which are infinity while nobody has cast."""
    if len(raw) != (1 + slots) * G1_BYTES:
        raise EncodingError("totals", f"{len(raw)} bytes")
    ephemeral, *sums = decode_g1_list(raw, allow_infinity=True)
    return Ciphertext(ephemeral, tuple(sums))
