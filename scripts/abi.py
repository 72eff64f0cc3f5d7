"""Write `abi/` from the contracts, so that a client needs no compiler."""

from __future__ import annotations

import json

from election.artifacts import CONTRACTS, ROOT, read_artifact
from election.whole_file import write_whole


def render_abi(name: str) -> str:
    """Return a contract's ABI as the text of its file."""
    return json.dumps(list(read_artifact(name).abi), indent=2) + "\n"


def main() -> None:
    """Write a file for each contract."""
    for name in CONTRACTS:
        path = ROOT / "abi" / f"{name}.json"
        with write_whole(path, replacing=True) as file:
            file.write(render_abi(name).encode())


if __name__ == "__main__":
    main()
