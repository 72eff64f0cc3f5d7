"""What an election was made of, to which its address is a commitment.

docs/protocol.md §7: CREATE2 (EIP-1014) with salt 0 hashes the build of the Election
contract and the arguments of its constructor, all of which its events announce.
"""

from __future__ import annotations

from collections.abc import Sequence

from election.crypto.transcript import ZERO_HASH, Address, hash_bytes
from election.protocol.abi import ContractName
from election.protocol.codec import encode_constructor
from election.protocol.context import derive_texts_hash
from election.protocol.events import Blueprints, Rules, SealedContest
from election.protocol.manifest import Contest, Roster


def encode_origin(
    rules: Rules,
    *,
    trustees: Roster,
    issuers: Roster,
    contests: Sequence[SealedContest],
    blueprints: Blueprints,
) -> bytes:
    """Encode the arguments of Election's constructor, which follow its initcode."""
    return encode_constructor(
        ContractName.ELECTION, rules, trustees, issuers, contests, blueprints
    )


def seal_contest(contest: Contest) -> SealedContest:
    """Put the hash of a contest's texts in their place."""
    names, particulars = contest.candidates, contest.all_particulars
    texts = derive_texts_hash(contest.title, names, particulars)
    return SealedContest(contest.id, len(names), texts)


def derive_created_address(initcode: bytes, *, deployer: Address) -> Address:
    """Derive where the Deployer at this address makes a contract by this initcode."""
    parts = b"\xff", deployer, ZERO_HASH, hash_bytes(initcode)
    return Address(hash_bytes(b"".join(parts))[12:])
