"""Propose changes of who takes part in a network, approve of them, and read them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from eth_abi.abi import encode
from eth_typing import Address

from node.engine.comet.possession import Possession
from node.engine.comet.registry import (
    Ask,
    ask_for,
    read_members,
    read_organisations,
    spell_name,
)
from node.errors import RegistryError
from node.hashing import keccak

NO_NODE: Final = bytes(20)
_NODE_KEY: Final = 4 + 3 * 32  # where a node's public key stands in a proposal of it
MOST_ORGANISATIONS, MOST_NODES = 64, 128  # the contract's bounds, which it cannot tell
_CHANGE: Final = "(uint256,address,bytes,bytes20,bytes32,bytes20,uint256,uint256)"
ORGANISATION_JOINS, NODE_JOINS = "organisation joins", "node joins"
_KINDS: Final = (
    "",
    ORGANISATION_JOINS,
    "organisation leaves",
    NODE_JOINS,
    "node leaves",
    "nobody joins for a time",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold a proposal that is not carried out.

    account, node_id, replaced: hex. begins, ends, expiry: seconds since 1970.
    approving: accounts.
    """

    number: int
    kind: str
    account: str
    name: str
    node_id: str
    validator_key: bytes
    replaced: str
    begins: int
    ends: int
    expiry: int
    approving: tuple[str, ...]


def propose_organisation(account: Address, name: str) -> bytes:
    """Return the input of an act by which an organisation is proposed."""
    return _call("propose_organisation", ["address", "string"], account, name)


def propose_dismissal(account: Address) -> bytes:
    """Return the input of an act that proposes that an organisation leaves."""
    return _call("propose_dismissal", ["address"], account)


def propose_node(
    account: Address, possession: Possession, replaced: bytes = NO_NODE
) -> bytes:
    """Return the input of an act that proposes an organisation's node.

    replaced: id of the node that leaves for it.
    """
    return _call(
        "propose_node",
        ["address", "bytes32", "bytes20", "(bytes32,bytes32[2],bytes32[2])"],
        account,
        possession.validator_key,
        replaced,
        (
            possession.node_key,
            _halves(possession.by_node),
            _halves(possession.by_validator),
        ),
    )


def propose_removal(node_id: bytes) -> bytes:
    """Return the input of an act that proposes that a node leaves."""
    return _call("propose_removal", ["bytes20"], node_id)


def propose_freeze(begins: int, ends: int) -> bytes:
    """Return the input of an act that proposes that nobody joins for a time."""
    return _call("propose_freeze", ["uint256", "uint256"], begins, ends)


def approve(proposal: int) -> bytes:
    """Return the input of an act that approves of a proposal."""
    return _call("approve", ["uint256"], proposal)


def read_proposal(ask: Ask, number: int) -> Proposal | None:
    """Return a proposal, None if there is none or it is carried out.

    Raises: RegistryError.
    """
    argument = encode(["uint256"], [number])
    kind, account, name, node_id, key, replaced, begins, ends = ask_for(
        ask, "change(uint256)", _CHANGE, argument
    )
    if not 0 < kind < len(_KINDS):
        return None
    return Proposal(
        number=number,
        kind=_KINDS[kind],
        account=account,
        name=spell_name(name),
        node_id=node_id.hex(),
        validator_key=key,
        replaced=replaced.hex(),
        begins=begins,
        ends=ends,
        expiry=ask_for(ask, "expiry(uint256)", "uint256", argument),
        approving=ask_for(ask, "approvals(uint256)", "address[]", argument),
    )


def proposes(payload: bytes, found: Proposal) -> bool:
    """Say whether an act would propose once more what a proposal says."""
    account = Address(bytes.fromhex(found.account[2:]))
    node_id, replaced = bytes.fromhex(found.node_id), bytes.fromhex(found.replaced)
    if found.kind == NODE_JOINS:  # whose key is there as the hash that names it
        blank = Possession(bytes(32), found.validator_key, bytes(64), bytes(64))
        same = propose_node(account, blank, replaced)[:_NODE_KEY]
        key = payload[_NODE_KEY : _NODE_KEY + 32]
        return payload[:_NODE_KEY] == same and sha256(key).digest()[:20] == node_id
    return payload in (
        propose_organisation(account, found.name),
        propose_dismissal(account) if not any(node_id) and not found.name else None,
        propose_removal(node_id),
        propose_freeze(found.begins, found.ends),
    )


def require_room(ask: Ask, kind: str, *, replaces: bool = False) -> None:
    """Refuse a change for which the registry has no room: it would fail with no reason.

    kind: as a proposal has it. replaces: a node leaves for it. Raises: RegistryError.
    """
    if kind == ORGANISATION_JOINS:
        count, most, what = (
            len(read_organisations(ask)),
            MOST_ORGANISATIONS,
            "organisations",
        )
    elif kind == NODE_JOINS and not replaces:
        count, most, what = len(read_members(ask).nodes), MOST_NODES, "nodes"
    else:
        return
    if count >= most:
        raise RegistryError(f"it has {count} {what}, the most; one has to leave first")


def read_number(ask: Ask, name: str) -> int:
    """Return what a view without arguments counts. Raises: RegistryError."""
    return int(ask_for(ask, f"{name}()", "uint256"))


def _call(name: str, kinds: list[str], *values: Any) -> bytes:
    signature = f"{name}({','.join(kinds)})"
    return keccak(signature.encode())[:4] + encode(kinds, values)


def _halves(signature: bytes) -> tuple[bytes, bytes]:
    return signature[:32], signature[32:]
