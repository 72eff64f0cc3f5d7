"""Measure how soon `veche devnet` answers, beside the EVM's own import, and help.

In turn, so that both meet the same machine.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from statistics import median
from typing import Final
from urllib.request import Request, urlopen

from bench.stopping import run_stoppable
from scripts.acts import ROOM_OF, SERVICES

RUNS: Final = 5
PROMISED: Final = 2.0
PROMISED_HELP: Final = 0.35
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


def time_help(name: str) -> float:
    """Return the processor's seconds that the help of an act takes, interpreter too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "scripts", name, "--help"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  ours
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def print_help() -> None:
    """Print what the help of every act and service takes, and which takes the most."""
    names = list(dict.fromkeys([*ROOM_OF, *SERVICES]))
    taken = {each: median(time_help(each) for _ in range(RUNS)) for each in names}
    longest = max(taken, key=taken.__getitem__)
    print(
        f"help of {len(names)} acts and services, medians of {RUNS} runs, of one core\n"
        f"{median(taken.values()):>10.2f} s for the one in the middle\n"
        f"{taken[longest]:>10.2f} s for `veche {longest} --help`"
        f"  (at most {PROMISED_HELP})"
    )


def main() -> None:
    """Print both, and how often one is the other; then help."""
    print_help()
    print()
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
    run_stoppable(main)
