"""The only place that feeds a hash of the protocol, and the one table of its tags.

docs/protocol.md §1: H(tag, f1, ...) = keccak256 of the tag word and the
fields, every field whole 32-byte words. One tag has one meaning.
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from typing import Final, NewType

# pycryptodome's keccak takes 7.8 us for two words and safe-pysha3's 1.0 us; a ballot
# needs about fifteen hashes. eth_hash.auto would pick pycryptodome when both exist.
from eth_hash.backends.pysha3 import keccak256

from election.crypto.group import G1Point, G2Point, encode_point
from election.crypto.scalar import ORDER, Scalar, encode_scalar
from election.errors import EncodingError

Hash = NewType("Hash", bytes)
"""32 bytes, a keccak256 output."""

Address = NewType("Address", bytes)
"""20 bytes, an Ethereum address."""

Field = NewType("Field", bytes)
"""Whole 32-byte words, ready to be hashed."""

HASH_BYTES: Final = 32
ADDRESS_BYTES: Final = 20
ZERO_HASH: Final = Hash(bytes(HASH_BYTES))


class Tag(Enum):
    """Every purpose a hash of the protocol can have, named by its tag."""

    ELECTION = "election"
    CANDIDATES = "cand"
    CONTEXT = "ctx"

    EMPTY = "empty"
    NODE = "node"
    LEAF = "leaf"
    VOTER = "vid"
    ATTESTATION = "att"
    LOCK = "lock"
    NOTICE = "notice"

    CEREMONY = "cer"
    ENROLL = "dkg-enroll"
    ENROLL_CHALLENGE = "dkg-enroll-e"
    COMMIT = "dkg-commit"
    REVEAL = "dkg-pok"
    REVEAL_ALPHA = "dkg-pok-alpha"
    REVEAL_CHALLENGE = "dkg-pok-e"
    DEAL = "dkg-deal"
    DEAL_CHALLENGE = "dkg-deal-e"
    PAD = "dkg-pad"
    COMPLAIN = "dkg-complain"
    COMPLAIN_CHALLENGE = "dkg-complain-e"
    COMPLAIN_WEIGHT = "dkg-complain-delta"
    DIGEST = "dkg-digest"
    CONFIRM = "dkg-confirm"
    CONFIRM_ALPHA = "dkg-confirm-alpha"
    CONFIRM_CHALLENGE = "dkg-confirm-e"

    CIPHERTEXT = "ct"
    BETA = "beta"
    BALLOT_CHALLENGE = "x"
    BALLOT = "ballot"
    MEMO = "memo"
    BATCH = "batch"
    BATCH_WEIGHT = "delta"
    PROMISE = "promise"
    BOOTH = "booth"

    CREDENTIAL = "cred"
    CREDENTIAL_BATCH = "credbatch"
    CREDENTIAL_WEIGHT = "credbatch-e"
    BALLOT_KEY = "bk"
    BLINDING = "rho"

    DECRYPTION = "dec"
    DECRYPTION_ALPHA = "dec-alpha"
    DECRYPTION_CHALLENGE = "dec-e"
    DECRYPTION_WEIGHT = "dec-delta"
    OVERRIDE = "override"
    EXTEND = "extend"

    RECORD = "record"
    BOARD = "board"
    COMPARISON = "compare"
    SAMPLE = "sample"
    SECRET = "secret"  # noqa: S105  # a tag, not a password


_TAG_WORDS: Final = {
    tag: f"VECHE1/{tag.value}".encode("ascii").ljust(32, b"\0") for tag in Tag
}


def tag_word(tag: Tag) -> Field:
    """Spell a tag as its word: ASCII, padded with zeros on the right."""
    return Field(_TAG_WORDS[tag])


def hash_fields(tag: Tag, *fields: Field) -> Hash:
    """Hash a tag and its fields, in order."""
    return Hash(keccak256(_TAG_WORDS[tag] + b"".join(fields)))


def uint_word(value: int) -> Field:
    """Encode a number, index or identifier, at most 256 bits, as one word."""
    return Field(value.to_bytes(32, "big"))


def address_word(address: Address) -> Field:
    """Encode an address as one word, padded on the left."""
    return Field(address.rjust(32, b"\0"))


def hash_word(digest: Hash) -> Field:
    """Take an unreduced hash as one word."""
    return Field(digest)


def scalar_word(scalar: Scalar) -> Field:
    """Encode a scalar as one word."""
    return Field(encode_scalar(scalar))


def point_words(*points: G1Point | G2Point) -> Field:
    """Encode points, four words each in G1 and eight in G2."""
    return Field(b"".join(map(encode_point, points)))


def text_word(text: str) -> Field:
    """Encode a string as the keccak256 of its NFC form in UTF-8."""
    return bytes_word(unicodedata.normalize("NFC", text).encode())


def bytes_word(raw: bytes) -> Field:
    """Encode bytes of any length as their keccak256."""
    return Field(hash_bytes(raw))


def hash_bytes(raw: bytes) -> Hash:
    """Hash bytes by plain keccak256, where the protocol asks for it untagged."""
    return Hash(keccak256(raw))


def challenge(digest: Hash) -> Scalar:
    """Reduce a hash modulo q; the bias of 1.36/q is harmless for challenges only."""
    return Scalar(int.from_bytes(digest, "big") % ORDER)


def weight(digest: Hash) -> Scalar:
    """Take the low 128 bits of a hash."""
    return Scalar(int.from_bytes(digest[16:], "big"))


def weight_pair(digest: Hash) -> tuple[Scalar, Scalar]:
    """Cut a hash into two weights of 128 bits, the high half first."""
    return Scalar(int.from_bytes(digest[:16], "big")), weight(digest)


def decode_hash(raw: bytes) -> Hash:
    """Take 32 foreign bytes as a hash; raises EncodingError for another length."""
    if len(raw) != HASH_BYTES:
        raise EncodingError("hash", f"{len(raw)} bytes instead of {HASH_BYTES}")
    return Hash(raw)


def decode_address(raw: bytes) -> Address:
    """Take 20 foreign bytes as an address.

    Raises EncodingError for another length or the zero address, which is what a
    failed signature recovery yields.
    """
    if len(raw) != ADDRESS_BYTES:
        raise EncodingError("address", f"{len(raw)} bytes instead of {ADDRESS_BYTES}")
    if raw == bytes(ADDRESS_BYTES):
        raise EncodingError("address", "zero")
    return Address(raw)
