"""Take what a proposal is about as it was typed, and proofs that nodes hold keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from eth_typing import Address

from scripts.shared.errors import InputError
from scripts.shared.files.joining_file import JoiningFile

if TYPE_CHECKING:
    from node.engine.comet.possession import Possession

SIZE: Final = 20
"""Bytes of an account, and of a node's id."""


def require_proof(found: JoiningFile, chain_id: int, path: Path) -> Possession:
    """Return the proof in a file; raises InputError if it does not hold here."""
    from node.engine.comet.possession import Possession, is_proven

    proof = Possession(
        found.node_key, found.validator_key, found.by_node, found.by_validator
    )
    if found.chain_id != chain_id:
        fact = f"is for chain {found.chain_id}, and this network's is {chain_id}"
        raise InputError(str(path), fact)
    account = Address(found.account)
    if not is_proven(proof, chain_id=chain_id, organisation=account):
        raise InputError(str(path), "does not prove that the node holds its keys")
    return proof


def accept_account(text: str) -> Address:
    """Accept the address of an account; raises InputError."""
    return Address(accept_bytes("--account", text.lower().removeprefix("0x"), SIZE))


def accept_bytes(option: str, text: str, size: int) -> bytes:
    """Accept so many bytes in hex; raises InputError."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != size:
        raise InputError(option, f"is not {2 * size} hex digits")
    return found
