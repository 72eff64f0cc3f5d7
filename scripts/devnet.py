"""Run a development chain on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.errors import InputError
from scripts.options import AsJson
from scripts.terminal import tell

EXAMPLE = "veche devnet --port 8545"


def devnet(
    config_path: Path | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    as_json: bool = False,
) -> None:
    """Serve the chain that a file describes until Ctrl-C; raises InputError.

    config_path: the repository's hardhat-free-devnet.toml if None. host, port:
    override the file's; port 0 takes any free one. as_json: announce as JSON.
    """
    from node.errors import NodeError
    from node.service import run  # late: loading the EVM takes a second

    try:
        run(config_path, host=host, port=port, as_json=as_json, say=tell)
    except NodeError as error:
        raise InputError(*str(error).split(": ", 1)) from error


def command(
    config: Annotated[
        Path | None, typer.Option(help="Configuration; hardhat-free-devnet.toml.")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on, instead of the file's.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a development chain on this machine until Ctrl-C.

    It forgets everything when it stops, and its accounts' keys are public.
    """
    devnet(config, host=host, port=port, as_json=as_json)
