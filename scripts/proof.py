"""Write a file that proves to anybody what a network agreed on, without a node."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from election.client.errors import ClientError
from election.client.rpc import Connection, connect
from election.whole_file import write_whole
from scripts.errors import InputError
from scripts.files.failures import name_unwritable
from scripts.options import AsJson, OutFile, RpcUrl
from scripts.terminal import show

if TYPE_CHECKING:
    from finality.proof_file import ProofFile

EXAMPLE = "veche proof --transaction 0xHASH --out proof.json"


def command(
    out: OutFile,
    rpc_url: RpcUrl,
    transaction: Annotated[
        str | None, typer.Option(help="Hash of a transaction: prove what it did.")
    ] = None,
    contract: Annotated[
        str | None, typer.Option(help="Address of a contract, with --slot.")
    ] = None,
    slot: Annotated[
        str | None, typer.Option(help="Slot of its storage, 32 bytes in hex.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a file that proves what a network agreed on: a transaction or a value.

    `veche verify-proof` checks it, on any machine and without a network.
    """
    from election.client.finality import require_proof
    from finality.proof_file import encode_proof

    if (transaction is None) == (contract is None) or (contract is None) != (
        slot is None
    ):
        raise InputError("--transaction", "give it, or both --contract and --slot")
    connection = connect(rpc_url)
    if transaction is not None:
        digest = _hex("--transaction", transaction, size=32)
        proof = prove_transaction(connection, digest)
    else:
        address = _hex("--contract", str(contract), size=20)
        key = "0x" + str(slot).lower().removeprefix("0x").zfill(64)
        proof = _prove_storage(connection, address, _hex("--slot", key, size=32))
    proven = require_proof(proof)
    with name_unwritable(out), write_whole(out, replacing=False) as file:
        size = file.write(encode_proof(proof))
    result = {
        "proof": str(out),
        "bytes": size,
        "block": proven.block.number,
        "genesis": proven.genesis.digest.hex(),
    }
    show(result, as_json=as_json)


def prove_transaction(connection: Connection, digest: str) -> ProofFile:
    """Ask a node for what proves a transaction.

    digest: lower-case hex. Raises: InputError, ClientError.
    """
    from election.client.finality import ask_proof, require_proof

    found = connection.request("eth_getTransactionReceipt", digest)
    if not isinstance(found, dict):
        raise InputError("--transaction", "is in no block of this chain")
    proof = ask_proof(connection, found["blockNumber"], found["transactionIndex"])
    proven = require_proof(proof)
    if proven.transaction is None or "0x" + proven.transaction[0].hex() != digest:
        raise ClientError("node", "gave a proof of something else")
    return proof


def _prove_storage(connection: Connection, contract: str, slot: str) -> ProofFile:
    import msgspec

    from election.client.finality import ask_proof, ask_ways
    from finality.proof_file import StorageFile

    number = connection.request("eth_blockNumber")
    (ways,) = ask_ways(connection, [contract], slot, number)
    storage = StorageFile(
        address=contract,
        slot=slot,
        account_proof=ways.accountProof,
        storage_proof=ways.storageProof[0].proof,
    )
    return msgspec.structs.replace(ask_proof(connection, number), storage=storage)


def _hex(option: str, text: str, *, size: int) -> str:
    lower = text.lower()
    if re.fullmatch(f"0x[0-9a-f]{{{2 * size}}}", lower) is None:
        raise InputError(option, f"is not 0x and {2 * size} digits in hex")
    return lower
