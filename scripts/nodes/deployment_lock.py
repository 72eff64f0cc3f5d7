"""Close a chain's lock of deployments: docs/adr/0027-permission-is-the-price.md."""

from __future__ import annotations

from typing import Final

from election.client.errors import UnexpectedAnswerError
from election.client.rpc import Connection
from election.client.wire import Act, hexed, parse_number
from election.crypto.signature import SigningKey
from election.crypto.transcript import Address
from scripts.shared.errors import InputError

_LOCK: Final = bytes.fromhex("f83d08ba")  # lock()
_GAS: Final = 100_000


def is_locked(connection: Connection) -> bool:
    """Say whether the node shows the lock closed."""
    from node.permissions import LOCK_SLOT

    return _read(connection, LOCK_SLOT) != 0


def close_lock(connection: Connection, *, key: SigningKey) -> None:
    """Close the lock; raises UnexpectedAnswerError if the node shows it open still."""
    act = Act(_account(), _LOCK, _GAS, announces=True)
    connection.send(act, key=key)
    if not is_locked(connection):
        fact = "announced it and shows it open: ask another node"
        raise UnexpectedAnswerError("lock", fact)


def _account() -> Address:
    from node.permissions import PERMISSIONS

    return Address(PERMISSIONS)


def _read(connection: Connection, slot: int) -> int:
    where = (hexed(_account()), hex(slot), "latest")
    return parse_number(connection.request("eth_getStorageAt", *where))


def require_deployer(connection: Connection, sender: Address, subject: str) -> None:
    """Refuse by name who may not close it, before a question is asked."""
    from node.permissions import DEPLOYER

    if not _read(connection, int.from_bytes(sender, "big")) & DEPLOYER:
        hint = (
            "one of admission.deployers closes it; `veche node config show` names them"
        )
        fact = f"{hexed(sender)} is no deployer of chain {connection.chain_id}"
        raise InputError(subject, fact, hint=hint)


def spell_closing(chain_id: int) -> list[str]:
    """Say what closing the lock does."""
    return [
        f"on chain {chain_id} nobody, deployers included, will make a contract again;",
        "elections whose boxes are not made yet cannot be held; nothing undoes it",
    ]
