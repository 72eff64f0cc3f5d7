"""Run a development chain on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from scripts.shared.node_refusals import node_refusals
from scripts.shared.options import (
    AsJson,
    ConfigFile,
    ListenHost,
    ListenPort,
    Quiet,
    path_option,
)
from scripts.shared.terminal import say, tell

EXAMPLE = "veche devnet --port 8545"


def command(
    config: ConfigFile = None,
    host: ListenHost = None,
    port: ListenPort = None,
    home: Annotated[
        Path | None, path_option(help="Folder that keeps the chain; made if missing.")
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run a development chain on this machine until Ctrl-C.

    It forgets everything when it stops, unless it has a folder to keep it in. Its
    accounts' keys are public. `veche node --help` lists the exit codes.
    """
    with node_refusals():
        # late: loading the EVM takes a second
        from node.service import Place, Talk, run

        talk = Talk(tell, say, quiet=quiet, as_json=as_json)
        run(config, Place(host, port, home), talk)
