"""Write a file that proves to anybody what a network agreed on, without a node."""

from __future__ import annotations

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
    from finality.proof_file import encode_proof
    from finality.verify import verify_proof

    if (transaction is None) == (contract is None) or (contract is None) != (
        slot is None
    ):
        raise InputError("--transaction", "give it, or both --contract and --slot")
    connection = connect(rpc_url)
    if transaction is not None:
        proof = prove_transaction(connection, transaction)
    else:
        proof = _prove_storage(connection, str(contract), str(slot))
    proven = verify_proof(proof)
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
    """Ask a node for what proves a transaction; raises InputError, ClientError."""
    found = connection.request("eth_getTransactionReceipt", digest)
    if not isinstance(found, dict):
        raise InputError("--transaction", "is in no block of this chain")
    return _ask(connection, found["blockNumber"], found["transactionIndex"])


def _prove_storage(connection: Connection, contract: str, slot: str) -> ProofFile:
    import msgspec

    from finality.proof_file import StorageFile

    number = connection.request("eth_blockNumber")
    found = connection.request("eth_getProof", contract, [slot], number)
    storage = StorageFile(
        address=contract.lower(),
        slot="0x" + slot.removeprefix("0x").lower().zfill(64),
        account_proof=found["accountProof"],
        storage_proof=found["storageProof"][0]["proof"],
    )
    return msgspec.structs.replace(_ask(connection, number), storage=storage)


def _ask(connection: Connection, *block: str) -> ProofFile:
    import msgspec

    from finality.proof_file import ProofFile

    found = connection.request("veche_finalityProof", *block)
    try:
        return msgspec.convert(found, ProofFile)
    except msgspec.ValidationError as error:
        raise ClientError("node", f"gave no proof: {error}") from error
