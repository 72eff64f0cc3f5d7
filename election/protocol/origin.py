"""What an election was made of, to which its address is a commitment.

docs/protocol.md §7: CREATE2 (EIP-1014) with salt 0 hashes the build of the Election
contract and the arguments of its constructor, all of which its events announce. What
Election makes itself, by CREATE, stands where its own address and a counter say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from election.crypto.transcript import ZERO_HASH, Address, hash_bytes
from election.protocol.abi import ContractName
from election.protocol.codec import encode_constructor
from election.protocol.context import derive_texts_hash
from election.protocol.events import (
    Blueprints,
    ElectionDeployed,
    Rules,
    SealedContest,
)
from election.protocol.manifest import Contest, Roster

_FIRST_NONCE: Final = 1  # of a contract (EIP-161)
_RLP_HEAD: Final = b"\xd6\x94"  # a list of 22 bytes, which begins with 20 bytes
_LARGEST_NONCE: Final = 127  # that is its own encoding


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


def derive_election_address(deployed: ElectionDeployed, build: bytes) -> Address:
    """Derive where an election stands that was made of what it announces.

    build: the initcode of Election, without arguments.
    """
    arguments = encode_origin(
        deployed.rules,
        trustees=deployed.trustees,
        issuers=deployed.issuers,
        contests=deployed.contests,
        blueprints=deployed.blueprints,
    )
    return derive_created_address(build + arguments, deployer=deployed.deployer)


def derive_parts(election: Address) -> tuple[Address, ...]:
    """Derive where both ceremonies, the list and the tally of an election stand."""
    return tuple(_derive_child(election, _FIRST_NONCE + each) for each in range(4))


def derive_boxes(election: Address, *, contests: int) -> tuple[Address, ...]:
    """Derive where the boxes of so many contests stand, in the order of their making.

    contests: at most 64. Which contest has which box depends on who was first.
    """
    first = _FIRST_NONCE + 4
    return tuple(_derive_child(election, first + each) for each in range(contests))


def _derive_child(parent: Address, nonce: int) -> Address:
    if nonce > _LARGEST_NONCE:
        raise ValueError(nonce)
    return Address(hash_bytes(_RLP_HEAD + parent + bytes([nonce]))[12:])


def seal_contest(contest: Contest) -> SealedContest:
    """Put the hash of a contest's texts in their place."""
    names, particulars = contest.candidates, contest.all_particulars
    texts = derive_texts_hash(contest.title, names, particulars)
    return SealedContest(contest.id, len(names), texts)


def derive_created_address(initcode: bytes, *, deployer: Address) -> Address:
    """Derive where the Deployer at this address makes a contract by this initcode."""
    parts = b"\xff", deployer, ZERO_HASH, hash_bytes(initcode)
    return Address(hash_bytes(b"".join(parts))[12:])
