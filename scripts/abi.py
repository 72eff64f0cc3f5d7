"""Write `abi/` from the contracts, so that a client needs no compiler."""

from __future__ import annotations

import json

from election.artifacts import CONTRACTS, ROOT, read_artifact


def render_abi(name: str) -> str:
    """Return a contract's ABI as the text of its file."""
    return json.dumps(list(read_artifact(name).abi), indent=2) + "\n"


def main() -> None:
    """Write a file for each contract."""
    for name in CONTRACTS:
        (ROOT / "abi" / f"{name}.json").write_text(render_abi(name))


if __name__ == "__main__":
    main()
