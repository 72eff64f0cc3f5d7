"""Ballots as bytes: cut into fields, changed, and signed again over whatever they are.

docs/protocol.md §3. Nothing is decoded on the way, so that any bytes can be signed and
only what was changed is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from election.crypto.group import G1Point, decode_g1, encode_g1
from election.crypto.scalar import ORDER
from election.crypto.signature import SigningKey, encode_signature, sign_hash
from election.crypto.transcript import Field, Hash, Tag, hash_fields, hash_word
from tests import honest

SLOTS: Final = len(honest.CANDIDATES)
Fields = dict[str, bytes]


def _layout() -> dict[str, int]:
    slots = range(1, SLOTS + 1)
    points = [
        "A",
        *(f"B_{j}" for j in slots),
        "C",
        "A'",
        *(f"B'_{j}" for j in slots),
        "D",
    ]
    words = ["z", *(f"f_{j}" for j in slots[:-1]), "memo", "seq"]
    return {
        "cred": 32,
        **dict.fromkeys(points, 128),
        **dict.fromkeys(words, 32),
        "signature": 96,
        "sigma": 128,
    }


LAYOUT: Final = _layout()
POINTS: Final = tuple(
    name for name, size in LAYOUT.items() if size == 128 and name != "sigma"
)
RESPONSES: Final = ("z", *(f"f_{j}" for j in range(1, SLOTS)))


def cut_record(raw: bytes) -> Fields:
    """Cut a ballot into its fields by their names in §3."""
    fields, at = {}, 0
    for name, size in LAYOUT.items():
        fields[name] = raw[at : at + size]
        at += size
    return fields


def join_record(fields: Fields) -> bytes:
    """Put fields together."""
    return b"".join(fields[name] for name in LAYOUT)


def hash_record(fields: Fields, ctx: Hash) -> Hash:
    """Derive h_b of any bytes."""
    ciphertext = _join(fields, "A", "B_")
    commitments = _join(fields, "C", "A'", "B'_", "D")
    h_ct = hash_fields(Tag.CIPHERTEXT, hash_word(ctx), ciphertext)
    cred = Field(fields["cred"])
    h_x = hash_fields(Tag.BALLOT_CHALLENGE, hash_word(h_ct), cred, commitments)
    rest = Field(b"".join(fields[name] for name in (*RESPONSES, "memo", "seq")))
    return hash_fields(Tag.BALLOT, hash_word(h_x), rest)


def _join(fields: Fields, *starts: str) -> Field:
    names = (
        name
        for start in starts
        for name in POINTS
        if (name.startswith(start) if start.endswith("_") else name == start)
    )
    return Field(b"".join(fields[name] for name in names))


def sign_record(fields: Fields, *, number: int, ctx: Hash | None = None) -> bytes:
    """Sign the fields with the key of a voter of the honest election."""
    box = honest.box()
    key = honest.issue(number, ctx_box=box).ballot_key
    return sign_with(fields, key, ctx=ctx or box.ctx)


def sign_with(fields: Fields, key: SigningKey, *, ctx: Hash) -> bytes:
    """Sign the fields with any key."""
    signature = encode_signature(sign_hash(hash_record(fields, ctx), key))
    return join_record({**fields, "signature": signature})


def voted(number: int, choice: int = 2) -> Fields:
    """Give the fields of an honest ballot."""
    return cut_record(honest.ballot(choice, number))


def add_to_scalar(raw: bytes, by: int) -> bytes:
    """Add to a scalar modulo q."""
    return ((int.from_bytes(raw, "big") + by) % ORDER).to_bytes(32, "big")


def move_point(raw: bytes, by: Callable[[G1Point], G1Point]) -> bytes:
    """Apply a function to an encoded point."""
    return encode_g1(by(decode_g1(raw, allow_infinity=True)))
