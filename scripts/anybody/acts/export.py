"""Write the public record of an election into one file, for whoever has no node."""

from __future__ import annotations

from scripts.shared.options import AsJson, ElectionFile, OutFile, RpcUrls
from scripts.shared.terminal import show

EXAMPLE = "veche export --election election.json --out election.jsonl.gz"


def command(
    election: ElectionFile,
    out: OutFile,
    rpc_urls: RpcUrls = None,
    as_json: AsJson = False,
) -> None:
    """Write all that an election left on its chain, packed if the name ends with .gz.

    Of a network it shows, too, that more than two thirds of its validators signed it:
    `veche audit` checks that. Of several nodes all have to tell the same, as `veche
    audit` would compare their bundles. The format is described in docs/bundle.md.
    """
    from scripts.shared.files.bundle_file import write_bundle
    from scripts.shared.files.deployment_file import read_deployment
    from scripts.shared.witnesses import agree_on_record, read_boards, with_finality

    deployment = read_deployment(election)
    boards = read_boards(deployment, rpc_urls)
    agreed = agree_on_record(boards)
    url = next(url for url, board in boards.items() if board is agreed)
    board = with_finality(agreed, url)
    write_bundle(out, board)
    result = {
        "file": str(out),
        "logs": len(board.logs),
        "block": board.head.number,
        "signed": board.finality is not None,
    }
    show(result, as_json=as_json)
