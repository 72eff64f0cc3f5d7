"""Run a devnet: `python -m node --port 0 --json`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> int:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser("node", description="Serve a devnet.")
    parser.add_argument("--config", type=Path, help="configuration file (TOML)")
    parser.add_argument("--host", help="address to listen on instead of the file's")
    parser.add_argument("--port", type=int, help="port instead of the file's; 0 any")
    parser.add_argument("--json", action="store_true", help="announce as JSON")
    arguments = parser.parse_args()
    from node.service import run  # late: --help answers before the EVM is loaded

    return run(
        arguments.config,
        host=arguments.host,
        port=arguments.port,
        as_json=arguments.json,
    )


if __name__ == "__main__":
    sys.exit(main())
