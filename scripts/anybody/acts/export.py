"""Write the public record of an election into one file, for whoever has no node."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

from scripts.shared.following import say_next
from scripts.shared.options import (
    AsJson,
    ElectionFile,
    OutFile,
    RpcUrls,
    path_option,
)
from scripts.shared.terminal import show

EXAMPLE = "veche export --election election.json --out election.jsonl.gz"


def command(
    election: ElectionFile,
    out: OutFile,
    rpc_urls: RpcUrls = None,
    cards: Annotated[
        list[Path] | None,
        path_option(
            "--for", help="Card of a member who signs without a network; some may be."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write all that an election left on its chain, packed if the name ends with .gz.

    Of a network it shows, too, that more than two thirds of its validators signed it:
    `veche audit` checks that. Of several nodes all have to tell the same, as `veche
    audit` would compare their bundles. The format is described in docs/bundle.md.

    For a trustee or issuer whose machine has no network, --for takes the card of `veche
    key card`: then the file says, too, how many transactions that account sent.
    """
    from election.crypto.transcript import Address
    from scripts.shared.files.bundle_file import write_bundle
    from scripts.shared.files.deployment_file import read_deployment
    from scripts.shared.files.key_card import read_card
    from scripts.shared.witnesses import (
        agree_on_record,
        read_boards,
        with_finality,
        with_sent,
    )

    accounts = [Address(read_card(each).address) for each in cards or ()]
    deployment = read_deployment(election)
    boards = read_boards(deployment, rpc_urls)
    agreed = agree_on_record(boards)
    url = next(url for url, board in boards.items() if board is agreed)
    board = with_sent(with_finality(agreed, url), url, accounts)
    write_bundle(out, board)
    result: dict[str, Any] = {
        "file": str(out),
        "logs": len(board.logs),
        "block": board.head.number,
        "signed": board.finality is not None,
    }
    if accounts:
        result["sent"] = {f"0x{each.hex()}": board.sent[each] for each in accounts}
    show(result, as_json=as_json)
    say_next(
        f"`veche audit {shlex.quote(str(out))}` verifies it on any machine, without a",
        "node; compare its hash with that of auditors who asked other nodes",
        as_json=as_json,
    )
