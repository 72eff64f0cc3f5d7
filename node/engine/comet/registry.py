"""Read who takes part in a network: a contract that its genesis places says it.

All validators have one power. What is read is a function of the state after a block, so
every node of the network reads the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_typing import Address

from node.block import Block
from node.config import PlacedContract
from node.errors import RegistryError
from node.hashing import keccak

Ask = Callable[[bytes], bytes]  # the input of a question to the registry, its output

ADDRESS: Final = Address(bytes.fromhex("0000000000000000000000000000000000766563"))
POWER: Final = 10  # of each validator
VALIDATORS_CHANGED: Final = keccak(b"ValidatorsChanged(uint256)")
_ORGANISATIONS, _NODES = "(address,bytes)[]", "(address,bytes20,bytes32)[]"


@dataclass(frozen=True, slots=True)
class Member:
    """Name a node: 40 hex digits among peers, key of 32 bytes if it validates.

    account: who acts for its organisation, 0x and 40 hex digits.
    """

    organisation: str
    account: str
    node_id: str
    validator_key: bytes


@dataclass(frozen=True, slots=True)
class Members:
    """Hold all nodes of a network."""

    nodes: tuple[Member, ...]

    @property
    def node_ids(self) -> frozenset[str]:
        """Return how the engine names them among peers."""
        return frozenset(each.node_id for each in self.nodes)

    @property
    def validating_ids(self) -> frozenset[str]:
        """Return the ids of those that validate."""
        return frozenset(each.node_id for each in self.nodes if any(each.validator_key))

    @property
    def validators(self) -> dict[bytes, str]:
        """Return the organisation of each validator's key."""
        return {
            each.validator_key: each.organisation
            for each in self.nodes
            if any(each.validator_key)
        }

    @property
    def by_address(self) -> dict[bytes, str]:
        """Return the organisation of each validator's address, of 20 bytes."""
        return {
            address_of(key): organisation
            for key, organisation in self.validators.items()
        }


def address_of(key: bytes) -> bytes:
    """Return how the engine names a validator: 20 bytes of its key's hash."""
    return sha256(key).digest()[:20]


def updates_between(before: Members, after: Members) -> list[tuple[bytes, int]]:
    """Return the power of each validator that joins or leaves, in order of keys.

    None that was no member is given no power: the engine would never take that.
    """
    old, new = before.validators.keys(), after.validators.keys()
    return [(key, POWER if key in new else 0) for key in sorted(old ^ new)]


def read_members(ask: Ask) -> Members:
    """Return who takes part, from what a registry answers.

    Raises: RegistryError if what stands at its address is none.
    """
    names = read_organisations(ask)
    nodes = ask_for(ask, "nodes()", _NODES)
    if not {account for account, _, _ in nodes} <= names.keys():
        raise RegistryError("a node is of no organisation")
    return Members(
        tuple(
            Member(names[account], account, node.hex(), key)
            for account, node, key in nodes
        )
    )


def read_organisations(ask: Ask) -> dict[str, str]:
    """Return the name of each organisation by its account. Raises: RegistryError."""
    found = ask_for(ask, "organisations()", _ORGANISATIONS)
    return {account: spell_name(name) for account, name in found}


def has_been(ask: Ask, node_id: str) -> bool:
    """Say whether a node was ever in a registry, whose id is 40 hex digits."""
    argument = encode(["bytes20"], [bytes.fromhex(node_id)])
    return bool(ask_for(ask, "is_id_used(bytes20)", "bool", argument))


def is_touched(block: Block) -> bool:
    """Say whether the registry told of a change in a block."""
    return any(log.address == ADDRESS for each in block.receipts for log in each.logs)


def place_registry(
    initcode: bytes,
    organisations: Sequence[tuple[Address, str]],
    nodes: Sequence[tuple[Address, bytes, bytes]],
) -> PlacedContract:
    """Return a registry that begins with these.

    organisations: who acts for each, and its name. nodes: whose each is, its id of 20
    bytes, its validator's key or 32 zeros.
    """
    named = [(account, name.encode()) for account, name in organisations]
    arguments = encode([_ORGANISATIONS, _NODES], [named, nodes])
    code = "0x" + (initcode + arguments).hex()
    return PlacedContract(address="0x" + ADDRESS.hex(), initcode=code)


def spell_name(name: bytes) -> str:
    """Return a name that others wrote as text that shows itself, and nothing else."""
    return ascii(name.decode("utf-8", "backslashreplace"))[1:-1]


def ask_for(ask: Ask, signature: str, kind: str, argument: bytes = b"") -> Any:
    """Return the one value that a view gives; kind: its ABI type.

    Raises: RegistryError.
    """
    output = ask(keccak(signature.encode())[:4] + argument)
    try:
        (found,) = decode([kind], output)
    except DecodingError as error:
        raise RegistryError(f"{signature} gives something else") from error
    return found
