"""One ballot, from the bytes of its record to its equations, docs/protocol.md §3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reference.curve import (
    G2,
    ORDER,
    G,
    Point,
    are_equal,
    begin_pairing,
    decode_g1,
    generator_k,
    hash_to_g1,
    multiply,
)
from reference.ecdsa import recover_signer
from reference.errors import claim
from reference.transcript import challenge, tagged_hash

_CREDENTIAL_TAG = b"VECHE1-CRED-BLS12381G1_XMD:SHA-256_SSWU_RO_"


@dataclass(frozen=True, slots=True)
class BallotRecord:
    """The fields of a record by their names there; points and hashes are bytes."""

    slots: int
    cred: bytes
    ciphertext: tuple[bytes, ...]
    c: bytes
    a_prime: bytes
    b_prime: tuple[bytes, ...]
    d: bytes
    z: int
    f: tuple[int, ...]
    memo: bytes
    seq: int
    signature: dict[str, int]
    sigma: bytes


class _Reader:
    """Takes words off the front of a record."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def take(self, words: int) -> bytes:
        taken, self._raw = self._raw[: 32 * words], self._raw[32 * words :]
        return taken

    def points(self, count: int) -> tuple[bytes, ...]:
        return tuple(self.take(4) for _ in range(count))

    def number(self) -> int:
        return int.from_bytes(self.take(1), "big")


def read_ciphertext(raw: bytes, *, slots: int) -> tuple[bytes, ...]:
    """Cut A, B_1..B_L out of a record, whatever the rest of it is."""
    reader = _Reader(raw)
    reader.take(1)
    return reader.points(1 + slots)


def read_record(raw: bytes, *, slots: int) -> BallotRecord:
    """Cut a record into its fields; raises RefutedError."""
    claim(len(raw) == 32 * (26 + 9 * slots), "has a wrong length")
    reader = _Reader(raw)
    cred = reader.take(1)
    claim(not any(cred[:12]), "has a credential that is no address")
    return BallotRecord(
        slots=slots,
        cred=cred[12:],
        ciphertext=reader.points(1 + slots),
        c=reader.take(4),
        a_prime=reader.take(4),
        b_prime=reader.points(slots),
        d=reader.take(4),
        z=reader.number(),
        f=tuple(reader.number() for _ in range(slots - 1)),
        memo=reader.take(1),
        seq=reader.number(),
        signature={name: reader.number() for name in ("v", "r", "s")},
        sigma=reader.take(4),
    )


def claim_ballot(
    record: BallotRecord, *, ctx: bytes, keys: Sequence[Point], credential_key: Point
) -> bytes:
    """Verify a ballot; return its hash h_b. Raises RefutedError."""
    h_ct = tagged_hash("ct", ctx, *record.ciphertext)
    commitments = (record.c, record.a_prime, *record.b_prime, record.d)
    h_x = tagged_hash("x", h_ct, record.cred, *commitments)
    h_b = tagged_hash("ballot", h_x, record.z, *record.f, record.memo, record.seq)
    claim(max(record.z, *record.f) < ORDER, "has a response that is not reduced")
    claim(record.seq == 0, "has a sequence number")
    _claim_proof(record, h_ct=h_ct, x=challenge(h_x), keys=keys)
    signer = recover_signer(h_b, record.signature)
    claim(signer == record.cred, "is not signed by its credential")
    _claim_credential(record, ctx=ctx, credential_key=credential_key)
    return h_b


def _claim_proof(
    record: BallotRecord, *, h_ct: bytes, x: int, keys: Sequence[Point]
) -> None:
    a = decode_g1(record.ciphertext[0])
    b = [_decode(raw) for raw in record.ciphertext[1:]]
    b_prime = [_decode(raw) for raw in record.b_prime]
    beta = challenge(tagged_hash("beta", h_ct, record.cred))
    f = [*record.f, (x - sum(record.f)) % ORDER]
    q = sum(pow(beta, j, ORDER) * f_j * (x - f_j) for j, f_j in enumerate(f))
    z, k = record.z, generator_k()
    e_a = multiply(G, z) == multiply(a, x) + _decode(record.a_prime)
    claim(e_a, "does not hold E_A")
    for j, (h_j, f_j) in enumerate(zip(keys, f, strict=True)):
        left = multiply(h_j, z) + multiply(G, f_j)
        claim(left == multiply(b[j], x) + b_prime[j], f"does not hold E_{j + 1}")
    left = multiply(k, z) + multiply(G, q)
    right = multiply(_decode(record.c), x) + _decode(record.d)
    claim(left == right, "does not hold E_Q")


def _claim_credential(
    record: BallotRecord, *, ctx: bytes, credential_key: Point
) -> None:
    message = tagged_hash("cred", ctx, record.cred)
    p = hash_to_g1(message, _CREDENTIAL_TAG)
    sigma = decode_g1(record.sigma)
    is_signed = are_equal(begin_pairing(sigma, G2), begin_pairing(p, credential_key))
    claim(is_signed, "has a credential that the issuers did not sign")


def _decode(raw: bytes) -> Any:
    return decode_g1(raw, may_be_infinity=True)
