"""What a voter's device and an attester must know of an election, in one value.

docs/protocol.md §6. Whoever encrypts, asks or attests on terms that a liar made up
gives the secret, or the one issuance of a leaf, to the liar. So these programs take
terms, which may be pinned by a hash, and no node's answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from election.crypto.group import G2Point
from election.crypto.merkle import verify_path
from election.crypto.transcript import Address, Hash
from election.errors import TermsError
from election.protocol.context import Box, ContestTerms, open_box
from election.protocol.voter_list import LeafClaim, derive_leaf


@dataclass(frozen=True, slots=True)
class PublishedContest:
    """A contest as it stands once its list is closed.

    terms: what ctx hashes. root, size: of its voter list, size 0 where there is none.
    issuer_keys: PK_1..PK_n, by which a wrong answer is an issuer's own.
    """

    terms: ContestTerms
    root: Hash
    size: int
    issuer_keys: tuple[G2Point, ...]

    @property
    def title(self) -> str:
        """Give the contest's title, which ctx binds."""
        return self.terms.title

    @property
    def box(self) -> Box:
        """Give what ballots of the contest are checked against; ctx is computed."""
        return open_box(self.terms)


@dataclass(frozen=True, slots=True)
class ElectionTerms:
    """An election as voters and attesters use it; contests with a box by id."""

    election: Address
    title: str
    test: bool
    portal: Address
    sms_gateway: Address
    contests: Mapping[int, PublishedContest]

    @property
    def common(self) -> ContestTerms:
        """Give what the contests have in common: chain, contracts, times."""
        return next(iter(self.contests.values())).terms

    def contest(self, number: int) -> PublishedContest:
        """Give a contest; raises TermsError if it is none, or has no box."""
        found = self.contests.get(number)
        if found is None:
            fact = "is not in the election, or has no ballot box"
            raise TermsError(f"contest {number}", fact)
        return found


def accept_leaf(claim: LeafClaim, contest: PublishedContest) -> Hash:
    """Derive the leaf of a claim; raises TermsError unless it is on the list."""
    leaf = derive_leaf(
        contest.terms.election_id, claim.contest, index=claim.index, voter=claim.voter
    )
    if not contest.size:
        raise TermsError(f"contest {claim.contest}", "has no voter list")
    stands = verify_path(
        contest.root, leaf, index=claim.index, size=contest.size, path=claim.path
    )
    if not stands:
        raise TermsError(f"voter {claim.index}", "is not on the published list")
    return leaf
