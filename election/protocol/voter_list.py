"""The frozen list of voters of a contest, one leaf each.

docs/protocol.md §6. The leaf shows neither the voter nor, without the salt, whether
somebody is on the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from election.crypto.merkle import EMPTY, MerkleTree, build_tree, derive_path
from election.crypto.transcript import (
    ZERO_HASH,
    Hash,
    Tag,
    hash_fields,
    hash_word,
    text_word,
)
from election.crypto.transcript import uint_word as word
from election.protocol.voter_id import normalize_voter_id


class LeafState(IntEnum):
    """What a voter of the list may do next."""

    NONE = 0
    ONLINE = 1
    PAPER = 2
    ISSUED = 3


@dataclass(frozen=True, slots=True)
class LeafClaim:
    """A leaf with the proof that it stands on the list: `Leaf` of VoterList."""

    contest: int
    index: int
    voter: Hash
    path: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A list as the chain has it."""

    root: Hash
    size: int

    @property
    def voters(self) -> int:
        """Count who stands there."""
        return 0 if self.root == EMPTY else self.size


NO_LIST: Final = PublishedList(ZERO_HASH, 0)
"""What the chain has of a contest until its list is published."""
NO_VOTERS: Final = PublishedList(EMPTY, 1)
"""By this the commission states that nobody votes online in a contest: one leaf that
is missing, so that no voter can prove to stand there."""


@dataclass(frozen=True, slots=True)
class VoterList:
    """One contest's voters, by the hashes that stand for them, and their tree."""

    election_id: Hash
    contest: int
    voters: tuple[Hash, ...]
    tree: MerkleTree

    @property
    def published(self) -> PublishedList:
        """Give what is published of it."""
        return PublishedList(self.tree.root, self.tree.size)


def hash_voter(voter_id: str, salt: Hash) -> Hash:
    """Hash an identifier with its 32 random bytes; raises VoterIdError."""
    return hash_fields(
        Tag.VOTER, text_word(normalize_voter_id(voter_id)), hash_word(salt)
    )


def derive_leaf(election_id: Hash, contest: int, *, index: int, voter: Hash) -> Hash:
    """Derive the leaf of a voter at an index from 0."""
    return hash_fields(
        Tag.LEAF, hash_word(election_id), word(contest), word(index), hash_word(voter)
    )


def build_voter_list(
    election_id: Hash, contest: int, *, voters: Sequence[Hash]
) -> VoterList:
    """Build the list; raises EncodingError if it is empty."""
    leaves = [
        derive_leaf(election_id, contest, index=index, voter=voter)
        for index, voter in enumerate(voters)
    ]
    return VoterList(election_id, contest, tuple(voters), build_tree(leaves))


def claim_leaf(voter_list: VoterList, index: int) -> LeafClaim:
    """Give what a transition of the leaf at this index shows to the contract."""
    path = derive_path(voter_list.tree, index)
    return LeafClaim(voter_list.contest, index, voter_list.voters[index], path)
