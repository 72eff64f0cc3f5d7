"""What every proof of one contest is bound to: the hash ctx and its ingredients.

docs/protocol.md §2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from election.crypto.group import G1Point, G2Point, K, decode_g2
from election.crypto.transcript import (
    Address,
    Hash,
    Tag,
    address_word,
    hash_fields,
    hash_word,
    point_words,
    text_word,
    uint_word,
)
from election.protocol.encoding import decode_g1_list

_NO_REVOTING: Final = 0


@dataclass(frozen=True, slots=True)
class Box:
    """What a box of one contest checks ballots against, as in `BoxOpened`.

    election_keys: H_1..H_L. credential_key: PK.
    """

    contest: int
    ctx: Hash
    election_keys: tuple[G1Point, ...]
    credential_key: G2Point


@dataclass(frozen=True, slots=True)
class ContestTerms:
    """Everything that ctx hashes, in its order."""

    chain_id: int
    box: Address
    voter_list: Address
    trustees_ceremony: Address
    issuers_ceremony: Address
    election_id: Hash
    contest: int
    trustees: int
    trustee_threshold: int
    election_keys: tuple[G1Point, ...]
    title: str
    candidates: tuple[str, ...]
    particulars: tuple[str, ...]
    issuers: int
    issuer_threshold: int
    credential_key: G2Point
    opening: int
    issue_closing: int
    cast_closing: int
    minimum_cast: int


def derive_election_id(slug: str) -> Hash:
    """Derive the election's id from the `id` of its manifest."""
    return hash_fields(Tag.ELECTION, text_word(slug))


def derive_texts_hash(
    title: str, candidates: Sequence[str], particulars: Sequence[str]
) -> Hash:
    """Hash the texts of a contest: names and particulars in slot order."""
    return hash_fields(
        Tag.CANDIDATES,
        text_word(title),
        uint_word(len(candidates)),
        *map(text_word, (*candidates, *particulars)),
    )


def derive_ctx(terms: ContestTerms) -> Hash:
    """Derive the context of a contest; the times are those of the deployment."""
    return hash_fields(
        Tag.CONTEXT,
        uint_word(terms.chain_id),
        address_word(terms.box),
        address_word(terms.voter_list),
        address_word(terms.trustees_ceremony),
        address_word(terms.issuers_ceremony),
        hash_word(terms.election_id),
        uint_word(terms.contest),
        uint_word(len(terms.election_keys)),
        uint_word(terms.trustees),
        uint_word(terms.trustee_threshold),
        point_words(*terms.election_keys, K),
        hash_word(derive_texts_hash(terms.title, terms.candidates, terms.particulars)),
        uint_word(terms.issuers),
        uint_word(terms.issuer_threshold),
        point_words(terms.credential_key),
        uint_word(terms.opening),
        uint_word(terms.issue_closing),
        uint_word(terms.cast_closing),
        uint_word(terms.minimum_cast),
        uint_word(_NO_REVOTING),
    )


def open_box(terms: ContestTerms) -> Box:
    """Build the box that these terms describe."""
    return Box(
        terms.contest, derive_ctx(terms), terms.election_keys, terms.credential_key
    )


def decode_box(
    contest: int, ctx: Hash, *, election_keys: bytes, credential_key: bytes
) -> Box:
    """Decode what `BoxOpened` published; raises EncodingError.

    The caller compares ctx with derive_ctx before anything secret meets the box.
    """
    keys = decode_g1_list(election_keys)
    return Box(contest, ctx, keys, decode_g2(credential_key))
