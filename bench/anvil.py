"""Cast the same ballots on anvil, an EVM that nobody here wrote, in the same run.

It comes from npm, into build/anvil, once.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.casting import Casting, cast_on
from bench.stopping import run_stoppable
from election.artifacts import ROOT
from election.client.errors import ConnectionFailedError
from election.client.rpc import Connection, connect
from rehearsal.node_process import started_node

PACKAGE: Final = "@foundry-rs/anvil@1.7.1"  # pinned, so that figures compare
SLOTS: Final = 5
_FOLDER: Final = ROOT / "build" / "anvil"
_FLAGS: Final = (
    *("--host", "127.0.0.1", "--hardfork", "prague", "--gas-limit", "60000000"),
    *("--base-fee", "0", "--gas-price", "0", "--chain-id", "1447379784", "--silent"),
    *("--slots-in-an-epoch", "0"),  # what is mined is final
    *("--disable-min-priority-fee", "--disable-pool-balance-checks"),
)


class MissingError(Exception):
    """Report that there is no anvil, and why."""


def find_anvil() -> Path:
    """Return the program, from npm if it is not there yet; raises MissingError."""
    npm = shutil.which("npm")
    if (found := _find()) is not None:
        return found
    if npm is None:
        raise MissingError("npm is missing: install Node.js to compare with anvil")
    command = [
        npm,
        "install",
        "--silent",
        "--ignore-scripts",
        "--no-fund",
        "--no-audit",
    ]
    _FOLDER.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(  # noqa: S603  npm
        [*command, "--prefix", str(_FOLDER), PACKAGE],
        capture_output=True,
        text=True,
        check=False,
    )
    if (found := _find()) is None:
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise MissingError(f"npm did not bring {PACKAGE}: {last}")
    return found


def _find() -> Path | None:
    folder = _FOLDER / "node_modules" / "@foundry-rs"
    return next(folder.glob("anvil-*/bin/anvil"), None)


@contextmanager
def started_anvil() -> Iterator[tuple[Connection, int]]:
    """Start anvil on a free port; gives its process id, too."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = [str(find_anvil()), "--port", str(port), *_FLAGS]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            yield _reach(f"http://127.0.0.1:{port}", process), process.pid
        finally:
            process.terminate()


def _reach(url: str, process: subprocess.Popen[bytes]) -> Connection:
    """Connect when it answers."""
    while True:
        try:
            return connect(url)
        except ConnectionFailedError as error:
            if process.poll() is not None:
                raise MissingError("anvil ended at once") from error
            time.sleep(0.05)


def main() -> None:
    """Print what a ballot takes of both."""
    print(f"the node beside anvil, L = {SLOTS}, one execution of each ballot")
    try:
        find_anvil()
    except MissingError as error:
        print(f"not compared: {error}")
        return
    with started_node() as (connection, process):
        ours = cast_on(connection, process, slots=SLOTS)
    with started_anvil() as (connection, process):
        theirs = cast_on(connection, process, slots=SLOTS)
    for here, there in zip(ours, theirs, strict=True):
        print(_spell(here, there))


def _spell(here: Casting, there: Casting) -> str:
    same = "same gas" if here.gas == there.gas else f"{there.gas:,} gas there"
    return (
        f"{here.batch:>2} at once:{here.cpu:>8.2f} ms of the node's CPU a ballot,"
        f"{there.cpu:>7.2f} ms of anvil's, {here.cpu / there.cpu:.1f} times; {same}"
    )


if __name__ == "__main__":
    run_stoppable(main)
