"""Write a file that proves to anybody what a network agreed on, without a node."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.errors import InputError
from scripts.shared.following import say_next
from scripts.shared.options import (
    AsJson,
    OutFile,
    SomeRpcUrls,
    SomeTermsFile,
    SomeTermsHash,
    path_option,
)
from scripts.shared.terminal import show

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
    from election.whole_file import write_whole
    from finality.proof_file import encode_proof
    from scripts.anybody.proof import (
        accept_hex,
        find_cast,
        prove_storage,
        prove_transaction,
        spell_next,
    )
    from scripts.anybody.proven_ballots import known_terms, list_ballots
    from scripts.shared.files.failures import name_unwritable
    from scripts.shared.session import connect_any

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
        found = find_cast(connection, ballot, known).transaction
        proof = prove_transaction(connection, found)
    elif transaction is not None:
        proof = prove_transaction(
            connection, accept_hex("--transaction", transaction, size=32)
        )
    else:
        address = accept_hex("--contract", str(contract), size=20)
        key = "0x" + str(slot).lower().removeprefix("0x").zfill(64)
        proof = prove_storage(connection, address, accept_hex("--slot", key, size=32))
    proven = require_proof(proof)
    with name_unwritable(out), write_whole(out, replacing=False) as file:
        size = file.write(encode_proof(proof))
    told = {
        "proof": str(out),
        "bytes": size,
        "block": proven.block.number,
        "genesis": proven.genesis.digest.hex(),
        "ballots": list_ballots(proven, known),
    }
    show(told, as_json=as_json)
    say_next(*spell_next(out), as_json=as_json)
