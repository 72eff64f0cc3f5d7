"""Every voter finds his own leaf, and nobody finds another's."""

from __future__ import annotations

from Crypto.Hash import keccak

from election.crypto.merkle import verify_path
from election.crypto.transcript import Hash
from election.protocol.voter_list import (
    build_voter_list,
    claim_leaf,
    derive_leaf,
    hash_voter,
)
from tests import honest
from tests.reference.unit_vector import tagged_hash

SALT = Hash(b"\x01" * 32)
VOTERS = [hash_voter(f"voter {number}", SALT) for number in range(5)]


def test_leaf_is_the_hash_of_its_fields_in_order() -> None:
    text = keccak.new(digest_bits=256, data="ИВАНОВ Й".encode()).digest()
    voter = tagged_hash("vid", text, SALT)
    assert hash_voter("  иванов и\u0306 ", SALT) == voter
    expected = tagged_hash(
        "leaf",
        honest.ELECTION_ID,
        (7).to_bytes(32, "big"),
        (3).to_bytes(32, "big"),
        voter,
    )
    assert derive_leaf(honest.ELECTION_ID, 7, index=3, voter=Hash(voter)) == expected


def test_every_claim_fits_the_root() -> None:
    voter_list = build_voter_list(honest.ELECTION_ID, 7, voters=VOTERS)
    for index, voter in enumerate(VOTERS):
        claim = claim_leaf(voter_list, index)
        leaf = derive_leaf(honest.ELECTION_ID, 7, index=index, voter=voter)
        assert (claim.contest, claim.index, claim.voter) == (7, index, voter)
        assert verify_path(
            voter_list.tree.root, leaf, index=index, size=5, path=claim.path
        )


def test_leaf_differs_by_election_contest_index_and_salt() -> None:
    other = Hash(b"\x02" * 32)
    voter = VOTERS[0]
    leaves = {
        derive_leaf(honest.ELECTION_ID, 7, index=0, voter=voter),
        derive_leaf(other, 7, index=0, voter=voter),
        derive_leaf(honest.ELECTION_ID, 8, index=0, voter=voter),
        derive_leaf(honest.ELECTION_ID, 7, index=1, voter=voter),
        derive_leaf(honest.ELECTION_ID, 7, index=0, voter=hash_voter("voter 0", other)),
    }
    assert len(leaves) == 5
