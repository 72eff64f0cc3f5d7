"""Write a file that proves to anybody what a network agreed on, without a node."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Meta, Struct

from election.client.errors import ClientError
from election.client.rpc import Connection, connect
from election.whole_file import write_whole
from scripts.errors import InputError
from scripts.files.failures import name_unwritable
from scripts.options import AsJson, OutFile, RpcUrl
from scripts.terminal import show

if TYPE_CHECKING:
    from finality.proof_file import ProofFile
    from finality.verify import Proven

EXAMPLE = "veche proof --transaction 0xHASH --out proof.json"


class _Slot(Struct):
    proof: list[str]


class _Ways(Struct):
    """What is read of eth_getProof's answer, EIP-1186."""

    accountProof: list[str]  # noqa: N815  its names
    storageProof: Annotated[list[_Slot], Meta(min_length=1)]  # noqa: N815


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
    proven = _verify(proof)
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
    found = connection.request("eth_getTransactionReceipt", digest)
    if not isinstance(found, dict):
        raise InputError("--transaction", "is in no block of this chain")
    proof = _ask(connection, found["blockNumber"], found["transactionIndex"])
    proven = _verify(proof)
    if proven.transaction is None or "0x" + proven.transaction[0].hex() != digest:
        raise ClientError("node", "gave a proof of something else")
    return proof


def _prove_storage(connection: Connection, contract: str, slot: str) -> ProofFile:
    import msgspec

    from finality.proof_file import StorageFile

    number = connection.request("eth_blockNumber")
    found = connection.request("eth_getProof", contract, [slot], number)
    try:
        ways = msgspec.convert(found, _Ways)
    except msgspec.ValidationError as error:
        raise ClientError("node", f"gave no proof: {error}") from error
    storage = StorageFile(
        address=contract,
        slot=slot,
        account_proof=ways.accountProof,
        storage_proof=ways.storageProof[0].proof,
    )
    return msgspec.structs.replace(_ask(connection, number), storage=storage)


def _verify(proof: ProofFile) -> Proven:
    """Check what a node gave, before anybody relies on it."""
    from finality.errors import FinalityError
    from finality.verify import verify_proof

    try:
        return verify_proof(proof)
    except FinalityError as error:
        fact = f"gave a proof that does not hold: {error}"
        raise ClientError("node", fact) from error


def _hex(option: str, text: str, *, size: int) -> str:
    lower = text.lower()
    if re.fullmatch(f"0x[0-9a-f]{{{2 * size}}}", lower) is None:
        raise InputError(option, f"is not 0x and {2 * size} digits in hex")
    return lower


def _ask(connection: Connection, *block: str) -> ProofFile:
    import msgspec

    from finality.proof_file import ProofFile

    found = connection.request("veche_finalityProof", *block)
    try:
        return msgspec.convert(found, ProofFile)
    except msgspec.ValidationError as error:
        raise ClientError("node", f"gave no proof: {error}") from error
