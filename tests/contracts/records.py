"""Ballot records as an attacker makes them: bytes, changed anywhere, signed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from election.crypto.elgamal import Ciphertext
from election.crypto.group import encode_g1
from election.crypto.proofs.unit_vector import (
    UnitVectorMasks,
    UnitVectorProof,
    UnitVectorStatement,
)
from election.crypto.scalar import Scalar, encode_scalar
from election.crypto.signature import SigningKey, encode_signature, sign_hash
from election.crypto.transcript import Field, Hash, Tag, hash_fields, hash_word
from election.protocol.context import Box
from election.protocol.encoding import encode_points
from election.protocol.issuance import Credential
from tests import forger
from tests.forger import Shift

_WORD: Final = 32
_POINT: Final = 128
NONCE: Final = Scalar(0xA11CE)


def fields_of(slots: int) -> dict[str, tuple[int, int]]:
    """Give offset and length, in bytes, of every field of a record with L slots."""
    points = ["A", *(f"B_{j}" for j in range(1, slots + 1)), "C", "A'"]
    points += [*(f"B'_{j}" for j in range(1, slots + 1)), "D"]
    words = ["z", *(f"f_{j}" for j in range(1, slots)), "memo", "seq", "v", "r", "s"]
    sizes = [("cred", _WORD), *((name, _POINT) for name in points)]
    sizes += [*((name, _WORD) for name in words), ("sigma", _POINT)]
    places, at = {}, 0
    for name, size in sizes:
        places[name] = (at, size)
        at += size
    return places


def slots_of(raw: bytes) -> int:
    """Compute L from a record's length."""
    return (len(raw) // _WORD - 26) // 9


def get(raw: bytes, name: str) -> bytes:
    """Cut a field out of a record."""
    at, size = fields_of(slots_of(raw))[name]
    return raw[at : at + size]


def put(raw: bytes, name: str, content: bytes) -> bytes:
    """Replace a field of a record by as many bytes."""
    at, size = fields_of(slots_of(raw))[name]
    if len(content) != size:
        raise ValueError(name)
    return raw[:at] + content + raw[at + size :]


def put_number(raw: bytes, name: str, value: int) -> bytes:
    """Replace a field of a record by a word."""
    return put(raw, name, value.to_bytes(_WORD, "big"))


def hash_record(raw: bytes, ctx: Hash) -> Hash:
    """Derive h_b of any bytes of a record's length."""
    places = fields_of(slots_of(raw))

    def between(first: str, last: str) -> Field:
        return Field(raw[places[first][0] : sum(places[last])])

    tracking = hash_fields(
        Tag.CIPHERTEXT, hash_word(ctx), between("A", f"B_{slots_of(raw)}")
    )
    digest = hash_fields(
        Tag.BALLOT_CHALLENGE,
        hash_word(tracking),
        Field(get(raw, "cred")),
        between("C", "D"),
    )
    return hash_fields(Tag.BALLOT, hash_word(digest), between("z", "seq"))


def sign_record(raw: bytes, ctx: Hash, key: SigningKey) -> bytes:
    """Sign whatever a record says."""
    signature = encode_signature(sign_hash(hash_record(raw, ctx), key))
    at = fields_of(slots_of(raw))["v"][0]
    return raw[:at] + signature + raw[at + len(signature) :]


def masks_of(slots: int) -> UnitVectorMasks:
    """Give a cheating prover's masks, known to all."""
    return UnitVectorMasks(Scalar(31), tuple(Scalar(32 + j) for j in range(1, slots)))


def forge_ballot(
    box: Box,
    credential: Credential,
    messages: Sequence[int],
    *,
    nonce: Scalar = NONCE,
    masks: UnitVectorMasks | None = None,
    shift: Shift = replace,
) -> bytes:
    """Encrypt any vector, with the best proof that the forger can make."""
    ciphertext = forger.encrypt_vector(messages, box.election_keys, nonce=nonce)
    statement = UnitVectorStatement(
        box.ctx, box.election_keys, credential.address, ciphertext
    )
    masks = masks or masks_of(len(messages))
    proof = forger.prove_vector(
        statement, messages, nonce=nonce, masks=masks, shift=shift
    )
    return compose(box.ctx, credential, ciphertext, proof=proof)


def compose(
    ctx: Hash, credential: Credential, ciphertext: Ciphertext, *, proof: UnitVectorProof
) -> bytes:
    """Write and sign a record of anything."""
    made = proof.commitments
    points = (
        ciphertext.ephemeral,
        *ciphertext.slots,
        made.linear,
        made.ephemeral,
        *made.slots,
        made.constant,
    )
    responses = (proof.nonce_response, *proof.slot_responses)
    raw = b"".join(
        (
            credential.address.rjust(_WORD, b"\0"),
            encode_points(points),
            *map(encode_scalar, responses),
            bytes(5 * _WORD),
            encode_g1(credential.sigma),
        )
    )
    return sign_record(raw, ctx, credential.ballot_key)
