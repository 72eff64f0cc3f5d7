"""Check a whole proof: from a network's genesis to a receipt or a value in storage."""

from __future__ import annotations

from dataclasses import dataclass

from finality.chain_block import (
    ChainBlock,
    Receipt,
    read_header,
    require_receipt,
    require_storage,
    require_transaction,
)
from finality.errors import ProofRefusedError
from finality.network import Genesis, read_genesis, require_final
from finality.proof_file import ProofFile, change_of, signed_of, unhex


@dataclass(frozen=True, slots=True)
class Proven:
    """Hold what a proof proves, about the network whose genesis it holds.

    signers: how many validators signed. transaction: its hash, with what it did.
    storage: contract, slot and value.
    """

    genesis: Genesis
    engine_height: int
    signers: int
    block: ChainBlock
    transaction: tuple[bytes, Receipt] | None
    storage: tuple[bytes, int, int] | None


def verify_proof(proof: ProofFile, genesis_digest: bytes | None = None) -> Proven:
    """Return what a proof proves.

    genesis_digest: SHA-256 of the genesis that is meant; without it, compare the one
    that is returned. Raises: ProofFileError, ProofRefusedError.
    """
    genesis = read_genesis(proof.genesis.encode())
    if genesis_digest not in (None, genesis.digest):
        fact = f"is 0x{genesis.digest.hex()}, of another network"
        raise ProofRefusedError("genesis", fact)
    signed = signed_of(proof.signed)
    require_final(genesis, [change_of(each) for each in proof.changes], signed)
    block = read_header(unhex(proof.block))
    if block.hash != signed.header.app_hash:
        raise ProofRefusedError("block", "is not the one that was signed")
    return Proven(
        genesis,
        signed.header.height,
        len(signed.commit.votes),
        block,
        _transaction(proof, block),
        _storage(proof, block),
    )


def _transaction(proof: ProofFile, block: ChainBlock) -> tuple[bytes, Receipt] | None:
    file = proof.receipt
    if file is None:
        return None
    digest = require_transaction(
        block,
        file.index,
        raw=unhex(file.transaction),
        proof=[unhex(node) for node in file.transaction_proof],
    )
    receipt = require_receipt(
        block,
        file.index,
        encoded=unhex(file.receipt),
        proof=[unhex(node) for node in file.receipt_proof],
    )
    return digest, receipt


def _storage(proof: ProofFile, block: ChainBlock) -> tuple[bytes, int, int] | None:
    file = proof.storage
    if file is None:
        return None
    address, slot = unhex(file.address), int(file.slot, 16)
    value = require_storage(
        block,
        address,
        slot,
        account_proof=[unhex(node) for node in file.account_proof],
        storage_proof=[unhex(node) for node in file.storage_proof],
    )
    return address, slot, value
