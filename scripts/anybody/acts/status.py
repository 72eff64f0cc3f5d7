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
from scripts.shared.options import AnyRpcUrl, AsJson, ElectionFile, path_option
from scripts.shared.terminal import say, show, tell

if TYPE_CHECKING:
    from scripts.anybody.node_comparison import NodeComparison
    from scripts.anybody.viewer import Viewer

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
    card: Annotated[
        Path | None,
        path_option("--for", help="Card of a member who signs without a network."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show where an election stands, and what comes next; sends nothing.

    In a home it speaks to its role: what is yours to do now, as a line to paste, and
    when to come back. Then phase, times, who acted and who is missing in the making of
    keys, and the counts. With --watch it goes on until the counts are published, or
    Ctrl-C. A member whose machine has no network asks beside a node, with --for.
    Of several nodes the first that answers shows it, and all are compared:
    their blocks, and the hash of the record, at the height that all have. Ends with 3
    if one does not answer, or if they differ.
    """
    from scripts.anybody.node_comparison import compare_nodes, encode_nodes
    from scripts.anybody.status import read_status
    from scripts.anybody.viewer import find_viewer
    from scripts.shared.session import enter

    home = _find_home_of_steps(card, rpc_urls)
    viewer = find_viewer(card)
    if watch:
        _watch(election, rpc_urls, viewer, home=home, as_json=as_json)
        return
    opened = enter(election, rpc_urls)
    status = read_status(opened, viewer)
    compared = None
    if len(rpc_urls or ()) > 1:
        compared = compare_nodes(opened, rpc_urls or ())
        status["nodes"] = encode_nodes(compared)
    _show(status, home=home, as_json=as_json)
    _end(compared)


def _find_home_of_steps(card: Path | None, rpc_urls: Sequence[str] | None) -> str:
    """Spell the option that names the home of whoever is told what to do.

    Raises InputError in a home whose machine has no network, unless a node is named.
    """
    from scripts.shared.errors import InputError
    from scripts.shared.homes.here import find_here

    if card is not None:
        return " --home HOME"
    here = find_here()
    if here is not None and here.settings.offline and not rpc_urls:
        hint = "beside a node: veche status --for CARD.json --election election.json"
        fact = "is of a machine without a network, which has no node to ask"
        raise InputError(str(here.folder), fact, hint=hint)
    return spell_here()


def _watch(
    election: Path,
    rpc_urls: Sequence[str] | None,
    viewer: Viewer | None,
    *,
    home: str,
    as_json: bool,
) -> None:
    """Show a status whenever it changed, until there is nothing more to come."""
    from scripts.anybody.status import read_status
    from scripts.shared.session import enter
    from scripts.shared.waiting import outlast

    opened = outlast(partial(enter, election, rpc_urls), None)
    last = None
    try:
        while True:
            status = outlast(partial(read_status, opened, viewer), opened)
            news = {name: each for name, each in status.items() if name not in _MOVES}
            if news != last:
                if last is not None and not as_json:
                    tell("", "-" * 72)
                _show(status, home=home, as_json=as_json)
            last = news
            if status["phase"] == "final":
                return
            time.sleep(_BETWEEN)
    except KeyboardInterrupt:
        return


def _show(status: dict[str, Any], *, home: str, as_json: bool) -> None:
    from scripts.anybody.status_text import draw_status

    if as_json:
        show(status, as_json=True)
        return
    for warning in status["warnings"]:
        say(f"warning: {warning}")
    tell(*draw_status(status, home=home), is_folded=True)


def _end(compared: NodeComparison | None) -> None:
    if compared is not None and not compared.holds:
        raise typer.Exit(ExitCode.NOT_SO)
