"""Compile the contracts that are not kept yet, on all cores.

Tests begin with it: processes that start at the same time would each compile all.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor

from election.artifacts import CONTRACTS, SMALL_BOX, read_artifact


def main() -> None:
    """Keep what the compiler makes of every contract."""
    names = (*CONTRACTS, SMALL_BOX)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(read_artifact, names))


if __name__ == "__main__":
    main()
