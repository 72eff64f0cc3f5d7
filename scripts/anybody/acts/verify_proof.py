"""Check a file that proves what a network agreed on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.errors import InputError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.options import (
    AsJson,
    GenesisHash,
    SomeTermsFile,
    SomeTermsHash,
    path_option,
)
from scripts.shared.terminal import say, show

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
    3 if one that has to be proven is not, or if the proof does not hold.
    """
    from scripts.anybody.proven_ballots import known_terms, list_ballots
    from scripts.anybody.verify_proof import (
        OWN_WORD,
        find_missing,
        read_proof,
        spell_proven,
        verify,
    )
    from scripts.shared.files.receipt_file import find_receipt

    known = known_terms(terms, terms_hash)
    if tracking_code and known is None:
        fact = "is missing: it says of which box --tracking-code has to be"
        raise InputError("--terms", fact)
    text = read_proof(proof)
    receipt = find_receipt(text, name=str(proof))
    if receipt is not None:
        text = bytes(receipt.proof)
    proven = verify(text, genesis_hash)
    ballots = list_ballots(proven, known)
    missing = find_missing(ballots, tracking_code or (), receipt)
    if receipt is not None and receipt.block != proven.block.number:
        missing.append(f"block {receipt.block} of the receipt")
    was_given = genesis_hash is not None
    show(spell_proven(proven, ballots, was_given=was_given), as_json=as_json)
    if not was_given:
        say(*OWN_WORD)
    say(*(f"not proven: {each}" for each in missing))
    if missing:
        raise typer.Exit(ExitCode.NOT_SO)
