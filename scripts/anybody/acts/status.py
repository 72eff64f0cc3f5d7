"""Show where an election stands."""

from __future__ import annotations

from typing import Final

import typer

from election.protocol.text import TEST
from scripts.shared.options import AnyRpcUrl, AsJson, ElectionFile
from scripts.shared.terminal import say, show

NOT_SO: Final = 3
EXAMPLE = "veche status --election election.json"


def command(
    election: ElectionFile, rpc_urls: AnyRpcUrl = None, as_json: AsJson = False
) -> None:
    """Show phase, times, ceremonies and counts of an election; sends nothing.

    And what is next: the command, who runs it, and what for or until when. Of several
    nodes the first that answers shows it, and all are compared: their blocks, and the
    hash of the record, at the height that all have. Ends with 3 if one does not answer,
    or if they differ.
    """
    from scripts.anybody.node_comparison import compare_nodes, encode_nodes
    from scripts.anybody.status import lay_steps, read_status
    from scripts.shared.session import enter

    opened = enter(election, rpc_urls)
    status = read_status(opened)
    compared = None
    if len(rpc_urls or ()) > 1:
        compared = compare_nodes(opened, rpc_urls or ())
        status["nodes"] = encode_nodes(compared)
    if as_json:
        show(status, as_json=True)
    else:
        for warning in status.pop("warnings"):
            say(f"warning: {warning}")
        status["test"] = TEST if status["test"] else "no"
        show(lay_steps(status), as_json=False, is_folded=True)
    if compared is not None and not compared.holds:
        raise typer.Exit(NOT_SO)
