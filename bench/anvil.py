"""Cast the same ballots on anvil, an EVM that nobody here wrote, in the same run.

It comes from npm, into build/anvil, once. It is given the node's blocks up to the open
polls, byte for byte and second for second; then both are asked the same to cast the
same.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from bench.casting import Casting, cast_on, ready_polls
from bench.stopping import run_stoppable
from election.artifacts import ROOT
from election.client.errors import ConnectionFailedError
from election.client.json_rpc import Request
from election.client.rpc import Connection, connect
from rehearsal.kept_post import open_kept_post
from rehearsal.node_process import started_node

PACKAGE: Final = "@foundry-rs/anvil@1.7.1"  # pinned, so that figures compare
SLOTS: Final = 5
_SEND: Final = "eth_sendRawTransaction"
_PAUSE: Final = 0.01  # seconds between looks for a block
_Block = tuple[int, list[str]]  # its time, and the transactions in it
_FOLDER: Final = ROOT / "build" / "anvil"
_FLAGS: Final = (
    *("--host", "127.0.0.1", "--hardfork", "prague", "--gas-limit", "60000000"),
    *("--base-fee", "0", "--gas-price", "0", "--chain-id", "1447379784", "--silent"),
    *("--slots-in-an-epoch", "0"),  # what is mined is final
    *("--disable-min-priority-fee", "--disable-pool-balance-checks"),
)


class _Recording(Connection):
    """A connection that keeps the transactions that it sent."""

    sent: list[str]

    @override
    def request_each(self, requests: Sequence[Request]) -> Iterator[Any]:
        """Ask many things."""
        self.sent += [params[0] for method, params in requests if method == _SEND]
        return super().request_each(requests)


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
def started_anvil(begun: int) -> Iterator[tuple[Connection, int]]:
    """Start anvil on a free port; gives its process id, too.

    begun: the time of its first block, Unix seconds.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = [str(find_anvil()), "--port", str(port), *_FLAGS]
    command += ["--timestamp", str(begun)]
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
        kept = _connect(connection.url)
        polls = ready_polls(kept, SLOTS)
        (begun, _), *blocks = _read_blocks(kept)
        ours = cast_on(kept, process, polls, slots=SLOTS)
    with started_anvil(begun) as (connection, process):
        kept = _connect(connection.url)
        _repeat(kept, blocks)
        theirs = cast_on(kept, process, polls, slots=SLOTS)
    for here, there in zip(ours, theirs, strict=True):
        print(_spell(here, there))


def _connect(url: str) -> _Recording:
    """Connect once for all requests."""
    recording = _Recording(open_kept_post(url), url=url, chain_id=0)
    recording.sent = []
    recording.chain_id = recording.read_chain_id()
    return recording


def _read_blocks(recording: _Recording) -> list[_Block]:
    """Read all blocks of a chain on which nobody else sends, and one at a time."""
    sent, blocks = iter(recording.sent), []
    for number in range(recording.read_head().number + 1):
        block = recording.request("eth_getBlockByNumber", hex(number), False)
        raw = list(islice(sent, len(block["transactions"])))
        blocks.append((int(block["timestamp"], 16), raw))
    return blocks


def _repeat(connection: Connection, blocks: list[_Block]) -> None:
    """Have a node that mines at once make blocks of one transaction, or of none."""
    for timestamp, sent in blocks:
        connection.request("evm_setNextBlockTimestamp", timestamp)
        if not sent:
            connection.request("evm_mine")
        for raw in sent:
            digest = connection.request(_SEND, raw)
            while connection.request("eth_getTransactionReceipt", digest) is None:
                time.sleep(_PAUSE)


def _spell(here: Casting, there: Casting) -> str:
    same = "same gas" if here.gas == there.gas else f"{there.gas:,} gas there"
    return (
        f"{here.batch:>2} at once:{here.cpu:>8.2f} ms of the node's CPU a ballot,"
        f"{there.cpu:>7.2f} ms of anvil's, {here.cpu / there.cpu:.1f} times; {same}"
    )


if __name__ == "__main__":
    run_stoppable(main)
