"""Write the public record of an election into one file, for whoever has no node."""

from __future__ import annotations

from scripts.files.bundle_file import write_bundle
from scripts.files.deployment_file import read_deployment
from scripts.options import DEFAULT_URL, AsJson, ElectionFile, OutFile, RpcUrl
from scripts.terminal import show
from scripts.witnesses import read_from, with_finality

EXAMPLE = "veche export --election election.json --out election.jsonl.gz"


def command(
    election: ElectionFile,
    out: OutFile,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Write all that an election left on its chain, packed if the name ends with .gz.

    Of a network it shows, too, that more than two thirds of its validators signed it:
    `veche audit` checks that. The format is described in docs/bundle.md.
    """
    deployment = read_deployment(election)
    board = with_finality(read_from(deployment, rpc_url), rpc_url)
    write_bundle(out, board)
    result = {
        "file": str(out),
        "logs": len(board.logs),
        "block": board.head.number,
        "signed": board.finality is not None,
    }
    show(result, as_json=as_json)
