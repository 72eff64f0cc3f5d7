"""Say who may do what: gas is free, so permission is the price.

These are rules of the chain: whoever executes a block applies them, so a validator that
proposes what they forbid gets nothing in. Who is named, and whether deployment is
locked, stands in the state, in the storage of one account that genesis puts there:
slot 0 holds the lock, and the slot that is an address holds what this address may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eth_typing import Address

from node import rlp
from node.block import Transaction
from node.config import Config
from node.errors import (
    NotPermittedError,
    OversizedError,
    TracelessError,
    WouldFailError,
)
from node.hashing import keccak
from node.rlp import encode_integer

# keccak("veche permissions"), its last 20 bytes: nobody has a key of it
PERMISSIONS: Final = Address(bytes.fromhex("464b557b4542f24fb5e6922012ad50c91f2cd08b"))
LOCK_SLOT: Final = 0
SENDER, DEPLOYER = 1, 2  # bits of what an address may

# lock(): a deployer, and nobody else, sets slot 0 for good and logs
# DeploymentLocked(address indexed). A test assembles it from mnemonics.
PERMISSIONS_CODE: Final = bytes.fromhex(
    "3436600418175f3560e01c63f83d08ba18173354600216151760465760015f55"
    "337fa0d284f934841d5da15b78ed55d5a38bfcaf4a559b36589d8e4d42d5b350"
    "d8255f5fa2005b5f5ffd"
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Hold the numbers that all nodes of a chain share; see `AdmissionConfig`."""

    block_gas: int
    transaction_gas: int
    stranger_gas: int
    stranger_size: int
    block_size: int
    anyone_sends: bool
    anyone_deploys: bool

    @classmethod
    def of(cls, config: Config) -> Rules:
        """Return a chain's rules."""
        admission = config.admission
        return cls(
            block_gas=config.gas.block_limit,
            transaction_gas=config.gas.transaction_limit,
            stranger_gas=admission.stranger_gas,
            stranger_size=admission.stranger_size,
            block_size=admission.block_size,
            anyone_sends=admission.anyone_sends,
            anyone_deploys=admission.anyone_deploys,
        )

    @property
    def digest(self) -> bytes:
        """Return what genesis holds of them, so that other rules are another chain."""
        numbers = (
            self.block_gas,
            self.transaction_gas,
            self.stranger_gas,
            self.stranger_size,
            self.block_size,
            int(self.anyone_sends),
            int(self.anyone_deploys),
        )
        return keccak(rlp.encode([b"rules", *map(encode_integer, numbers)]))


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold what the state says of a sender and of deployment.

    rights: bits of SENDER and DEPLOYER. is_stranger: whether nobody named the sender.
    """

    rights: int
    locked: bool
    is_stranger: bool


def genesis_rights(config: Config) -> dict[Address, int]:
    """Return what genesis lets each address do."""
    rights = {account.address: SENDER for account in config.accounts}
    rights |= dict.fromkeys(config.admission.sender_addresses, SENDER)
    for address in config.admission.deployer_addresses:
        rights[address] = SENDER | DEPLOYER
    return rights


def check_before(
    tx: Transaction, standing: Standing, rules: Rules, *, reaches_contract: bool
) -> None:
    """Refuse what its sender may not send, before it is run.

    reaches_contract: the target has code that is not the system's.
    Raises: NotPermittedError, OversizedError.
    """
    size = len(tx.raw)
    if size > rules.block_size:  # it would wait for ever
        raise OversizedError(
            "admission.block_size: encoding", limit=rules.block_size, found=size
        )
    if tx.to is None:
        _check_creation(standing, rules)
    if not standing.is_stranger:
        return
    if size > rules.stranger_size:
        raise OversizedError(
            "admission.stranger_size: encoding", limit=rules.stranger_size, found=size
        )
    if tx.gas > rules.stranger_gas:
        raise NotPermittedError(
            "stranger_gas",
            f"asks {tx.gas}, and who is not named asks at most {rules.stranger_gas}",
        )
    if tx.value:
        raise NotPermittedError("senders", "only who is named sends value")
    if tx.to is not None and not reaches_contract:
        raise NotPermittedError(
            "senders",
            f"0x{tx.to.hex()} has no contract, and who is not named calls contracts",
        )


def _check_creation(standing: Standing, rules: Rules) -> None:
    if standing.locked:
        raise NotPermittedError("lock", "deployment is locked, for good")
    if not (rules.anyone_deploys or standing.rights & DEPLOYER):
        raise NotPermittedError("deployers", "only who is named there makes contracts")


@dataclass(frozen=True, slots=True)
class Effect:
    """Hold what a transaction did, as far as rules look at it.

    failure: None on success. output: of a revert. creations: contracts that it tried to
    make, at any depth. logs: how many it leaves.
    """

    failure: str | None
    output: bytes
    creations: int
    logs: int


def check_after(standing: Standing, rules: Rules, effect: Effect) -> None:
    """Refuse what may not stay, after it was run.

    Contracts that a contract makes count like others: else anybody would deploy through
    one that makes whatever it is given. What a stranger sends has to come to something:
    it succeeds and leaves a log, or a contract.
    Raises: NotPermittedError, WouldFailError, TracelessError.
    """
    if effect.creations:
        _check_creation(standing, rules)
    if not standing.is_stranger:
        return
    if effect.failure is not None:
        raise WouldFailError(effect.failure, effect.output)
    if not effect.logs and not effect.creations:
        raise TracelessError
