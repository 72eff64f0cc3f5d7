"""Run a devnet: `python -m node --port 0 --json`."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from pathlib import Path


def main() -> int:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser("node", description="Serve a devnet.")
    parser.add_argument("--config", type=Path, help="configuration file (TOML)")
    parser.add_argument("--host", help="address to listen on instead of the file's")
    parser.add_argument("--port", type=int, help="port instead of the file's; 0 any")
    parser.add_argument("--home", type=Path, help="folder that keeps the chain")
    parser.add_argument("--json", action="store_true", help="announce as JSON")
    parser.add_argument("--quiet", action="store_true", help="show warnings alone")
    arguments = parser.parse_args()
    # late: --help answers before the EVM is loaded
    from node.errors import NodeError
    from node.exit_codes import exit_code
    from node.service import Place, Talk, run

    place = Place(arguments.host, arguments.port, arguments.home)
    talk = Talk(_say, _tell, quiet=arguments.quiet, as_json=arguments.json)
    try:
        run(arguments.config, place, talk)
    except NodeError as error:
        _tell(f"devnet: error: {error}")
        return exit_code(error)
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _tell(line: str) -> None:
    # a path, a key or a contract's reason may hold what a screen would obey
    shown = "".join(map(_spell, line))
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{shown}\n")
        sys.stderr.flush()


def _spell(letter: str) -> str:
    ours = letter.isprintable() and letter.isascii()
    return letter if ours else f"\\u{{{ord(letter):x}}}"


if __name__ == "__main__":
    sys.exit(main())
