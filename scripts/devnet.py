"""Run a development chain on this machine."""

from __future__ import annotations

from pathlib import Path


def devnet(
    config_path: Path | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    as_json: bool = False,
) -> int:
    """Serve the chain that a file describes until Ctrl-C; returns the exit code.

    config_path: the repository's hardhat-free-devnet.toml if None. host, port:
    override the file's; port 0 takes any free one. as_json: announce as JSON.
    """
    from node.service import run  # late: loading the EVM takes a second

    return run(config_path, host=host, port=port, as_json=as_json)
