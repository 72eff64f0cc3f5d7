"""Show where an election stands."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scripts.shared.exit_codes import ExitCode
from scripts.shared.homes.here import spell_here
from scripts.shared.options import AnyRpcUrl, AsJson, ElectionFile
from scripts.shared.terminal import say, show, tell

if TYPE_CHECKING:
    from scripts.anybody.node_comparison import NodeComparison

EXAMPLE = "veche status --election election.json"
_BETWEEN: Final = 2.0  # seconds between looks
_MOVES: Final = ("now", "seconds_left")
"""What changes by itself, which is no news."""


def command(
    election: ElectionFile,
    rpc_urls: AnyRpcUrl = None,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Show it again whenever something changed."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show where an election stands, and what comes next; sends nothing.

    In a home it speaks to its role: what is yours to do now, as a line to paste, and
    when to come back. Then phase, times, who acted and who is missing in the making of
    keys, and the counts. With --watch it goes on until the counts are published, or
    Ctrl-C. Of several nodes the first that answers shows it, and all are compared:
    their blocks, and the hash of the record, at the height that all have. Ends with 3
    if one does not answer, or if they differ.
    """
    from scripts.anybody.node_comparison import compare_nodes, encode_nodes
    from scripts.anybody.status import read_status
    from scripts.anybody.viewer import find_viewer
    from scripts.shared.session import enter

    if watch:
        _watch(election, rpc_urls, as_json=as_json)
        return
    opened = enter(election, rpc_urls)
    status = read_status(opened, find_viewer())
    compared = None
    if len(rpc_urls or ()) > 1:
        compared = compare_nodes(opened, rpc_urls or ())
        status["nodes"] = encode_nodes(compared)
    _show(status, as_json=as_json)
    _end(compared)


def _watch(election: Path, rpc_urls: Sequence[str] | None, *, as_json: bool) -> None:
    """Show a status whenever it changed, until there is nothing more to come."""
    from scripts.anybody.status import read_status
    from scripts.anybody.viewer import find_viewer
    from scripts.shared.session import enter
    from scripts.shared.waiting import outlast

    opened = outlast(partial(enter, election, rpc_urls), None)
    viewer, last = find_viewer(), None
    try:
        while True:
            status = outlast(partial(read_status, opened, viewer), opened)
            news = {name: each for name, each in status.items() if name not in _MOVES}
            if news != last:
                if last is not None and not as_json:
                    tell("", "-" * 72)
                _show(status, as_json=as_json)
            last = news
            if status["phase"] == "final":
                return
            time.sleep(_BETWEEN)
    except KeyboardInterrupt:
        return


def _show(status: dict[str, Any], *, as_json: bool) -> None:
    from scripts.anybody.status_text import draw_status

    if as_json:
        show(status, as_json=True)
        return
    for warning in status["warnings"]:
        say(f"warning: {warning}")
    tell(*draw_status(status, home=spell_here()), is_folded=True)


def _end(compared: NodeComparison | None) -> None:
    if compared is not None and not compared.holds:
        raise typer.Exit(ExitCode.NOT_SO)
