"""Write a voter's receipt of a ballot that is in its box."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.following import say_next
from scripts.shared.options import (
    AsJson,
    GenesisHash,
    OutFile,
    SomeRpcUrls,
    TermsFile,
    TermsHash,
    path_option,
)
from scripts.shared.terminal import show

EXAMPLE = (
    "veche receipt --ballot ballot.json --terms terms.json --terms-hash 9f86d08188... "
    "--genesis-hash 64-HEX-DIGITS --rpc-url http://127.0.0.1:8545 --out receipt.json"
)


def command(
    ballot: Annotated[Path, path_option(help="What `veche ballot` wrote.")],
    terms: TermsFile,
    terms_hash: TermsHash,
    rpc_urls: SomeRpcUrls,
    out: OutFile,
    genesis_hash: GenesisHash = None,
    control_word: Annotated[
        str | None,
        typer.Option(help="The two words that `veche ballot` printed, to keep them."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a voter's receipt: which ballot, where it is stored, and the proof of it.

    The same file as a booth's page saves: `receipt.html` of any booth and
    `veche verify-proof` check it, for years and without a node. In a network it is
    written once the block is signed, which takes some seconds; give --genesis-hash, so
    that the proof is of the network that you know. A chain of one node proves nothing,
    and the receipt then says where the node shows the ballot. It does not know whom
    you chose.
    """
    from scripts.anybody.proof import find_cast
    from scripts.anybody.receipt import make_receipt, spell_next
    from scripts.shared.files.json_file import write_new
    from scripts.shared.files.receipt_file import render_receipt
    from scripts.shared.session import connect_any, go_by

    known = go_by(terms, terms_hash)
    connection = connect_any(rpc_urls, chain_id=known.common.chain_id)
    cast = find_cast(connection, ballot, known)
    receipt, signers = make_receipt(
        connection, cast, known, genesis_hash=genesis_hash, control_word=control_word
    )
    write_new(out, render_receipt(receipt))
    result = {
        "receipt": str(out),
        "tracking_code": receipt.tracking_code,
        "block": receipt.block,
        "signed_by": f"{signers} validators" if signers else "nobody",
    }
    show(result, as_json=as_json)
    say_next(*spell_next(out, is_proven=bool(signers)), as_json=as_json)
