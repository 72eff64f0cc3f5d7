"""The ballot proof by its naive equations, from bytes to a verdict.

Written from docs/protocol.md §1 and §3 alone, on py_ecc and pycryptodome.
"""

from __future__ import annotations

from dataclasses import dataclass

from Crypto.Hash import keccak

from tests.reference import curve

K = curve.hash_to_curve(
    b"VECHE1/generator/K", b"VECHE1-GEN-BLS12381G1_XMD:SHA-256_SSWU_RO_"
)


@dataclass(frozen=True, slots=True)
class RawProof:
    """Everything that is hashed or checked, in its encoding."""

    ctx: bytes
    keys: tuple[bytes, ...]
    credential: bytes
    a: bytes
    b: tuple[bytes, ...]
    c: bytes
    a_prime: bytes
    b_prime: tuple[bytes, ...]
    d: bytes
    z: int
    f: tuple[int, ...]


def tagged_hash(tag: str, *fields: bytes) -> bytes:
    """Hash a tag word and fields."""
    word = b"VECHE1/" + tag.encode("ascii")
    raw = word + b"\0" * (32 - len(word)) + b"".join(fields)
    return keccak.new(digest_bits=256, data=raw).digest()


def tracking_code(raw: RawProof) -> bytes:
    """Compute h_ct."""
    return tagged_hash("ct", raw.ctx, raw.a, *raw.b)


def beta(raw: RawProof) -> int:
    """Compute beta."""
    credential = b"\0" * 12 + raw.credential
    digest = tagged_hash("beta", tracking_code(raw), credential)
    return int.from_bytes(digest, "big") % curve.ORDER


def challenge_hash(raw: RawProof) -> bytes:
    """Compute h_x."""
    credential = b"\0" * 12 + raw.credential
    commitments = (raw.c, raw.a_prime, *raw.b_prime, raw.d)
    return tagged_hash("x", tracking_code(raw), credential, *commitments)


def ballot_hash(raw: RawProof, memo: bytes, seq: int) -> bytes:
    """Compute h_b."""
    responses = (raw.z, *raw.f)
    return tagged_hash(
        "ballot",
        challenge_hash(raw),
        *(response.to_bytes(32, "big") for response in responses),
        memo,
        seq.to_bytes(32, "big"),
    )


def quadratic(raw: RawProof) -> int:
    """Compute Q."""
    x = int.from_bytes(challenge_hash(raw), "big") % curve.ORDER
    responses = [*raw.f, (x - sum(raw.f)) % curve.ORDER]
    total = 0
    for position, response in enumerate(responses):
        total += pow(beta(raw), position, curve.ORDER) * response * (x - response)
    return total % curve.ORDER


def verify(raw: RawProof) -> bool:
    """Check the equations E_A, E_1..E_L and E_Q."""
    x = int.from_bytes(challenge_hash(raw), "big") % curve.ORDER
    responses = [*raw.f, (x - sum(raw.f)) % curve.ORDER]
    equations = [((curve.G, raw.z),), ((K, raw.z), (curve.G, quadratic(raw)))]
    statements = [(raw.a, raw.a_prime), (raw.c, raw.d)]
    left = [_combine(*terms) for terms in equations]
    for position, response in enumerate(responses):
        key = curve.decode_g1(raw.keys[position])
        left.append(_combine((key, raw.z), (curve.G, response)))
        statements.append((raw.b[position], raw.b_prime[position]))
    return all(
        curve.encode_g1(side)
        == curve.encode_g1(
            curve.add(
                curve.multiply(curve.decode_g1(point), x),
                curve.decode_g1(commitment),
            )
        )
        for side, (point, commitment) in zip(left, statements, strict=True)
    )


def _combine(*terms: tuple[curve.Point, int]) -> curve.Point:
    total = curve.INFINITY
    for point, factor in terms:
        total = curve.add(total, curve.multiply(point, factor))
    return total
