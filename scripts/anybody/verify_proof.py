"""Check a file that proves what a network agreed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scripts.anybody.proven_ballots import known_terms, list_ballots
from scripts.shared.errors import InputError
from scripts.shared.options import (
    AsJson,
    GenesisHash,
    SomeTermsFile,
    SomeTermsHash,
    path_option,
)
from scripts.shared.terminal import say, show

if TYPE_CHECKING:
    from finality.verify import Proven
    from scripts.shared.files.receipt_file import ReceiptFile

NOT_SO = 3
EXAMPLE = "veche verify-proof --proof proof.json --genesis-hash 64-HEX-DIGITS"


def command(
    proof: Annotated[
        Path,
        path_option(help="What `veche proof` wrote, or a booth's page as a receipt."),
    ],
    genesis_hash: GenesisHash = None,
    terms: SomeTermsFile = None,
    terms_hash: SomeTermsHash = None,
    tracking_code: Annotated[
        list[str] | None,
        typer.Option(help="Of a ballot that has to be proven; with --terms."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check what a network agreed on, without a node and without a network.

    More than two thirds of the validators of the genesis signed it, or of those that
    they made their followers. Compare the hash of the genesis with what the network's
    organisations published, or give it. Ballots are named by their tracking codes if
    the terms of their election are given; that of a receipt has to be proven. Ends with
    3 if one that has to be proven is not.
    """
    known = known_terms(terms, terms_hash)
    if tracking_code and known is None:
        fact = "is missing: it says of which box --tracking-code has to be"
        raise InputError("--terms", fact)
    from scripts.shared.files.receipt_file import find_receipt

    text = _read(proof)
    receipt = find_receipt(text, name=str(proof))
    if receipt is not None:
        text = bytes(receipt.proof)
    proven = _verify(text, genesis_hash)
    ballots = list_ballots(proven, known)
    missing = _find_missing(ballots, tracking_code or (), receipt)
    if receipt is not None and receipt.block != proven.block.number:
        missing.append(f"block {receipt.block} of the receipt")
    show(_spell(proven, ballots), as_json=as_json)
    say(*(f"not proven: {each}" for each in missing))
    if missing:
        raise typer.Exit(NOT_SO)


def _find_missing(
    ballots: Sequence[Mapping[str, str | int]],
    codes: Sequence[str],
    receipt: ReceiptFile | None,
) -> list[str]:
    """Say which ballots have to be proven and are not.

    A receipt's own is looked for by its hash, and by its code where ballots have one.
    """
    named = {each.get("tracking_code") for each in ballots}
    missing = [
        f"{code} is no ballot of this proof"
        for code in codes
        if code.lower() not in named
    ]
    if receipt is None:
        return missing
    own = [each for each in ballots if each["ballot_hash"] == receipt.ballot_hash]
    if not any(
        each.get("tracking_code", receipt.tracking_code) == receipt.tracking_code
        and each.get("contest", receipt.contest) == receipt.contest
        for each in own
    ):
        missing.append(f"{receipt.tracking_code}, of the receipt, is no ballot of it")
    return missing


def _read(path: Path) -> bytes:
    from finality.proof_file import MAX_FILE

    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except OSError as error:
        raise InputError(str(path), "cannot be read") from error


def _verify(text: bytes, genesis_hash: bytes | None) -> Proven:
    """Check a proof; raises InputError with what does not hold."""
    from finality.errors import FinalityError
    from finality.proof_file import decode_proof
    from finality.verify import verify_proof

    try:
        return verify_proof(decode_proof(text), genesis_hash)
    except FinalityError as error:
        raise InputError(error.subject, error.fact) from error


def _spell(proven: Proven, ballots: list[dict[str, str | int]]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "genesis": proven.genesis.digest.hex(),
        "chain_id": proven.genesis.chain_id,
        "block": proven.block.number,
        "block_hash": "0x" + proven.block.hash.hex(),
        "time": proven.block.timestamp,
        "signed_by": f"{proven.signers} validators",
    }
    if proven.transaction is not None:
        digest, receipt = proven.transaction
        result["transaction"] = "0x" + digest.hex()
        result["succeeded"] = receipt.succeeded
        result["events"] = len(receipt.logs)
        result["ballots"] = ballots
    if proven.storage is not None:
        address, slot, value = proven.storage
        result["contract"] = "0x" + address.hex()
        result["slot"] = f"0x{slot:064x}"
        result["value"] = f"0x{value:064x}"
    return result
