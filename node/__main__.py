"""Run a devnet: `python -m node --port 0 --json`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

EXIT_REFUSED = 2


def main() -> int:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser("node", description="Serve a devnet.")
    parser.add_argument("--config", type=Path, help="configuration file (TOML)")
    parser.add_argument("--host", help="address to listen on instead of the file's")
    parser.add_argument("--port", type=int, help="port instead of the file's; 0 any")
    parser.add_argument("--home", type=Path, help="folder that keeps the chain")
    parser.add_argument("--json", action="store_true", help="announce as JSON")
    arguments = parser.parse_args()
    # late: --help answers before the EVM is loaded
    from node.errors import NodeError
    from node.service import Place, run

    place = Place(arguments.host, arguments.port, arguments.home)
    try:
        run(arguments.config, place, as_json=arguments.json, say=_say)
    except NodeError as error:
        # a path or a key of the file may hold what a screen would obey
        spelt = str(error).encode("unicode_escape").decode()
        sys.stderr.write(f"devnet: error: {spelt}\n")
        return EXIT_REFUSED
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
