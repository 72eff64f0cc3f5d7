"""Run a development chain on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from scripts.errors import InputError
from scripts.options import AsJson, ConfigFile, ListenHost, ListenPort, path_option
from scripts.terminal import tell

EXAMPLE = "veche devnet --port 8545"


def command(
    config: ConfigFile = None,
    host: ListenHost = None,
    port: ListenPort = None,
    home: Annotated[
        Path | None, path_option(help="Folder that keeps the chain; made if missing.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a development chain on this machine until Ctrl-C.

    It forgets everything when it stops, unless it has a folder to keep it in. Its
    accounts' keys are public.
    """
    # late: loading the EVM takes a second
    from node.errors import NodeError
    from node.service import Place, run

    try:
        run(config, Place(host, port, home), as_json=as_json, say=tell)
    except NodeError as error:
        raise InputError(*str(error).split(": ", 1)) from error
