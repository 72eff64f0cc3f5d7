"""Write a file that proves to anybody what a network agreed on, without a node."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from election.client.contract import Contract
from election.client.errors import ClientError
from election.client.rpc import Connection
from election.crypto.transcript import Hash, address_word
from election.protocol.abi import ContractName
from election.protocol.ballot import accept_ballot
from election.protocol.events import BallotCast
from election.protocol.terms import ElectionTerms
from election.whole_file import write_whole
from scripts.anybody.proven_ballots import known_terms, list_ballots
from scripts.shared.errors import InputError, NotYetError
from scripts.shared.files.ballot_files import BallotFile
from scripts.shared.files.failures import name_unwritable
from scripts.shared.files.json_file import read_json
from scripts.shared.options import (
    AsJson,
    OutFile,
    SomeRpcUrls,
    SomeTermsFile,
    SomeTermsHash,
    path_option,
)
from scripts.shared.session import connect_any
from scripts.shared.terminal import show

if TYPE_CHECKING:
    from finality.proof_file import ProofFile

EXAMPLE = (
    "veche proof --ballot ballot.json --terms terms.json --terms-hash 64-HEX-DIGITS "
    "--rpc-url http://127.0.0.1:8545 --out proof.json"
)


def command(
    out: OutFile,
    rpc_urls: SomeRpcUrls,
    transaction: Annotated[
        str | None, typer.Option(help="Hash of a transaction: prove what it did.")
    ] = None,
    contract: Annotated[
        str | None, typer.Option(help="Address of a contract, with --slot.")
    ] = None,
    slot: Annotated[
        str | None, typer.Option(help="Slot of its storage, 32 bytes in hex.")
    ] = None,
    ballot: Annotated[
        Path | None,
        path_option(help="From `veche ballot`: prove that it is in its box; or this."),
    ] = None,
    terms: SomeTermsFile = None,
    terms_hash: SomeTermsHash = None,
    as_json: AsJson = False,
) -> None:
    """Write a file that proves what a network agreed on: a ballot cast, for example.

    Or any transaction, or a value in a contract. `veche verify-proof` checks it, on any
    machine and without a network. A ballot's box is that of the terms, so give them,
    as to `veche ballot`.
    """
    from election.client.finality import require_proof
    from finality.proof_file import encode_proof

    if [transaction, contract, ballot].count(None) != 2 or (contract is None) != (
        slot is None
    ):
        fact = "give it, or --ballot, or both --contract and --slot"
        raise InputError("--transaction", fact)
    known = known_terms(terms, terms_hash)
    if ballot is not None and known is None:
        raise InputError("--terms", "is missing: it says which box --ballot is for")
    connection = connect_any(rpc_urls)
    if ballot is not None and known is not None:
        digest = find_cast(connection, ballot, known)
        proof = prove_transaction(connection, digest)
    elif transaction is not None:
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
        "ballots": list_ballots(proven, known),
    }
    show(result, as_json=as_json)


def find_cast(connection: Connection, path: Path, terms: ElectionTerms) -> str:
    """Find the transaction that stored a ballot, as a node tells it; in hex.

    Raises InputError, NotYetError, BallotError, TermsError, ClientError.
    """
    file = read_json(path, BallotFile)
    contest = terms.contest(file.contest)
    own = accept_ballot(file.record, contest.box)
    box = Contract(connection, ContractName.BALLOT_BOX, contest.terms.box)
    topic = Hash(address_word(own.record.credential))
    for log, event in box.read_entries(None, topic):
        if isinstance(event, BallotCast) and event.ballot == file.record:
            return f"0x{log.transaction.hex()}"
    fact = "is not in its box, as this node shows it: cast it, or ask another node"
    raise NotYetError(str(path), fact)


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
