"""Measure how soon `veche devnet` answers, beside the EVM's own import.

In turn, so that both meet the same machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from statistics import median
from typing import Final
from urllib.request import Request, urlopen

RUNS: Final = 5
PROMISED: Final = 2.0
_IMPORT: Final = [sys.executable, "-c", "import eth.vm.forks.prague"]
_DEVNET: Final = [sys.executable, "-m", "scripts", "devnet", "--port", "0", "--json"]
_QUESTION: Final = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}
).encode()


def time_import() -> float:
    """Return the seconds that a process takes to import the EVM."""
    begun = time.perf_counter()
    subprocess.run(_IMPORT, check=True)  # noqa: S603  Python
    return time.perf_counter() - begun


def time_answer() -> float:
    """Return the seconds until a devnet has answered its first question."""
    begun = time.perf_counter()
    with subprocess.Popen(  # noqa: S603  our own node
        _DEVNET, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as node:
        try:
            line = node.stdout.readline() if node.stdout else ""
            request = Request(  # noqa: S310  our own node
                json.loads(line)["url"], _QUESTION, {"Content-Type": "application/json"}
            )
            with urlopen(request) as answer:  # noqa: S310
                answer.read()
            return time.perf_counter() - begun
        finally:
            node.terminate()


def main() -> None:
    """Print both, and how often one is the other."""
    time_import(), time_answer()  # what is compiled once is no part of it
    pairs = [(time_import(), time_answer()) for _ in range(RUNS)]
    evm, first = (median(each) for each in zip(*pairs, strict=True))
    print(
        f"first answer of a devnet, medians of {RUNS} runs\n"
        f"{evm:>10.2f} s to import eth.vm.forks.prague\n"
        f"{first:>10.2f} s to the first answer, {first / evm:.2f} times"
        f"  (at most {PROMISED})"
    )


if __name__ == "__main__":
    main()
