"""The handle of the VoterList contract: the states of leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from election.client.contract import Contract
from election.client.wire import Act
from election.crypto.signature import Signature
from election.crypto.transcript import Address, Hash
from election.protocol.attestation import Attestation
from election.protocol.voter_list import LeafClaim, LeafState, PublishedList

NO_SIGNATURE: Final = Signature(0, 0, 0)
"""What an unlocked leaf gives for its lock's signature."""

_LEAF_GAS: Final = 1_500_000  # a proof of 24 words, two signatures, a point of G1


@dataclass(frozen=True, slots=True)
class VoterList:
    """A VoterList contract."""

    contract: Contract

    def root(self, contest: int) -> Hash:
        """Read the root of a contest's list, zero until it is published."""
        return Hash(self.contract.read("root", contest))

    def size(self, contest: int) -> int:
        """Read the number of leaves of a contest."""
        return int(self.contract.read("size", contest))

    def published(self, contests: Sequence[int]) -> dict[int, PublishedList]:
        """Read the lists of contests, `NO_LIST` where there is none."""
        arguments = [(contest,) for contest in contests]
        roots = self.contract.read_each("root", arguments)
        sizes = self.contract.read_each("size", arguments)
        lists = map(PublishedList, map(Hash, roots), sizes)
        return dict(zip(contests, lists, strict=True))

    def online(self, contest: int) -> int:
        """Count the leaves that vote online."""
        return int(self.contract.read("online", contest))

    def paper(self, contest: int) -> int:
        """Count the leaves that vote on paper."""
        return int(self.contract.read("paper", contest))

    def issued(self, contest: int) -> int:
        """Count the leaves that were issued a credential."""
        return int(self.contract.read("issued", contest))

    def state(self, leaf: Hash) -> LeafState:
        """Read what a leaf may do next."""
        return self.contract.read_state("state", leaf, into=LeafState)

    def nonces(self, leaves: Sequence[Hash]) -> list[int]:
        """Read the transition counters of leaves."""
        return self.contract.read_each("nonce", [(leaf,) for leaf in leaves])

    def lock(self, leaf: Hash) -> Address:
        """Read the lock of a leaf, zero if it has none."""
        return Address(self.contract.read("lock", leaf))

    def publish(self, contest: int, root: Hash, *, size: int) -> Act:
        """Publish or correct a contest's list, as the commission."""
        return self.contract.act("publish", contest, root, size)

    def register(
        self,
        leaf: LeafClaim,
        lock: Address,
        *,
        portal: Attestation,
        sms: Attestation,
    ) -> Act:
        """Move a leaf from paper's side to the online one."""
        fields = leaf, lock, portal, sms
        return self.contract.act("register", *fields, gas=_LEAF_GAS)

    def withdraw(
        self,
        leaf: LeafClaim,
        lock_signature: Signature,
        *,
        portal: Attestation,
        sms: Attestation,
    ) -> Act:
        """Move a leaf back."""
        fields = leaf, lock_signature, portal, sms
        return self.contract.act("withdraw", *fields, gas=_LEAF_GAS)

    def mark_paper(self, leaf: LeafClaim) -> Act:
        """Note that a voter is given a paper ballot, as the polling station."""
        return self.contract.act("mark_paper", leaf, gas=_LEAF_GAS)

    def request_credential(
        self,
        leaf: LeafClaim,
        blinded: bytes,
        *,
        lock_signature: Signature,
        portal: Attestation,
        sms: Attestation,
    ) -> Act:
        """Have M' announced, so that the issuers sign it; once for a leaf."""
        fields = leaf, blinded, lock_signature, portal, sms
        return self.contract.act("request_credential", *fields, gas=_LEAF_GAS)
