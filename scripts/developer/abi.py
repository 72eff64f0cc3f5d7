"""Write `abi/` from the contracts, so that a client needs no compiler.

Also the digests of all builds, so that nobody believes a folder of builds.
"""

from __future__ import annotations

import json

from election.artifacts import (
    CONTRACTS,
    DIGESTS,
    ROOT,
    SMALL_BOX,
    compile_fields,
    digest_fields,
    read_artifact,
)
from election.whole_file import write_whole


def render_abi(name: str) -> str:
    """Return a contract's ABI as the text of its file."""
    return json.dumps(list(read_artifact(name).abi), indent=2) + "\n"


def render_digests() -> str:
    """Return the digests of all builds, compiled anew, as the text of their file."""
    names = sorted((*CONTRACTS, SMALL_BOX))
    digests = {name: digest_fields(compile_fields(name)) for name in names}
    return json.dumps(digests, indent=2) + "\n"


def main() -> None:
    """Write the digests, and a file for each contract."""
    with write_whole(ROOT / DIGESTS, replacing=True) as file:
        file.write(render_digests().encode())
    for name in CONTRACTS:
        path = ROOT / "abi" / f"{name}.json"
        with write_whole(path, replacing=True) as file:
            file.write(render_abi(name).encode())


if __name__ == "__main__":
    main()
