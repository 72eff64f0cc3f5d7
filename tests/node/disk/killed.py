"""Kill writers of a folder, again and again: `python -m tests.node.disk.killed`.

A process of its own, since only one without threads forks well, and since loading the
EVM anew for every writer would take minutes.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from eth_typing import Hash32

from node.config import Config, read_config
from node.disk import store as disk_store
from node.disk.store import TABLES
from node.engine.local import LocalEngine
from node.keeping import back_up_chain, begin_chain, continue_chain
from node.verification import verify_chain
from tests.node.wallet import Wallet

_RECIPIENT = b"\x22" * 20
_LONGEST = 0.04  # seconds of writing before a kill
_rows = disk_store._rows


def main() -> None:
    """Kill as often as told, at random, then inside each part of a write."""
    home, rounds, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    config, chance = read_config(), random.Random(seed)  # noqa: S311  no secret
    for number in range(rounds // 5):
        _kill_maker(config, home.with_name(f"made-{number}"), chance)
    begin_chain(config, home)
    acknowledged: set[Hash32] = set()
    for number in range(rounds):
        delay = chance.uniform(0, _LONGEST)
        acknowledged |= _kill_sender(config, home, delay, heard=number % 2)
        _check(config, home, acknowledged)
    _read_meanwhile(config, home, home.with_name("copy"))
    for table in set(TABLES) - {"waiting"}:
        before = len(acknowledged)
        acknowledged |= _kill_inside(config, home, table)
        assert len(acknowledged) == before, "nothing is acknowledged before the end"
        _check(config, home, acknowledged)
    for _ in range(rounds // 5):
        acknowledged |= _kill_waiting(config, home, chance.uniform(0, _LONGEST))
    verified = verify_chain(config, home).transactions
    sys.stdout.write(f"{len(acknowledged)} {verified}\n")


def _fork(act: Callable[[int], None]) -> tuple[int, int]:
    """Start a child that acts with the end of a pipe; returns its id and ours."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child:
        os.close(theirs)
        return child, ours
    try:
        act(theirs)
    finally:
        os._exit(1)


def _send(config: Config, home: Path, pipe: int) -> None:
    """Send transactions for ever, saying of each that it was acknowledged."""
    with continue_chain(config, home) as store:
        engine = LocalEngine(config, lambda: int(time.time()), store)
        wallet = Wallet()
        wallet.nonce = engine.next_nonce(wallet.address)
        os.write(pipe, bytes(32))  # it begins
        while True:
            raw = wallet.sign(_RECIPIENT, data=os.urandom(10_000), gas=1_000_000)
            os.write(pipe, engine.send_raw(raw))


def _wait(config: Config, home: Path, pipe: int) -> None:
    """Send transactions that nobody mines, as `_send` sends what is mined."""
    with continue_chain(config, home) as store:
        engine = LocalEngine(config, lambda: int(time.time()), store)
        engine.mode = "by_call"
        wallet = Wallet()
        wallet.nonce = engine.next_nonce(wallet.address)
        os.write(pipe, bytes(32))  # it begins
        while True:
            os.write(pipe, engine.send_raw(wallet.sign(_RECIPIENT)))


def _kill_waiting(config: Config, home: Path, delay: float) -> set[Hash32]:
    """Kill a node in which all waits; what was acknowledged waits again, and is mined.

    Returns what was acknowledged.
    """
    child, pipe = _fork(lambda pipe: _wait(config, home, pipe))
    os.read(pipe, 32)
    first = Hash32(os.read(pipe, 32))
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    acknowledged = {first} | _read_acknowledged(pipe)
    with continue_chain(config, home) as store:
        engine = LocalEngine(config, lambda: int(time.time()), store)
        missing = {each for each in acknowledged if engine.pending.get(each) is None}
        assert not missing, f"{len(missing)} waiting transactions were lost"
        while len(engine.pending):
            engine.mine()
        assert not store.waiting
        assert all(store.locate(digest) for digest in acknowledged)
    return acknowledged


def _kill_sender(
    config: Config, home: Path, delay: float, *, heard: int
) -> set[Hash32]:
    """Kill a sender while it sends; returns what it said was acknowledged.

    heard: how many acknowledgements are waited for before the delay begins.
    """
    child, pipe = _fork(lambda pipe: _send(config, home, pipe))
    os.read(pipe, 32)
    first = {Hash32(os.read(pipe, 32)) for _ in range(heard)}
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return first | _read_acknowledged(pipe)


def _read_meanwhile(config: Config, home: Path, copy: Path) -> None:
    """Verify and copy the folder while a sender writes to it; the copy is whole."""
    child, pipe = _fork(lambda pipe: _send(config, home, pipe))
    os.read(pipe, 32)
    verified = verify_chain(config, home)
    height = back_up_chain(config, home, copy)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    acknowledged = _read_acknowledged(pipe)
    assert verified.blocks <= height
    assert verify_chain(config, copy).blocks == height
    _check(config, home, acknowledged)


def _kill_inside(config: Config, home: Path, table: str) -> set[Hash32]:
    """Let a sender kill itself when a part of its first block is written."""

    def rows(*block: object, **_: object) -> Iterator[tuple[str, object]]:
        for name, items in _rows(*block):  # type: ignore[arg-type]  # as it was called
            yield name, items
            if name == table:
                os.kill(os.getpid(), signal.SIGKILL)

    def act(pipe: int) -> None:
        disk_store._rows = rows  # type: ignore[assignment]  # ours ends early
        _send(config, home, pipe)

    child, pipe = _fork(act)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    os.read(pipe, 32)
    return _read_acknowledged(pipe)


def _read_acknowledged(pipe: int) -> set[Hash32]:
    with os.fdopen(pipe, "rb") as said:
        text = said.read()
    return {Hash32(text[at : at + 32]) for at in range(0, len(text), 32)}


def _kill_maker(config: Config, home: Path, chance: random.Random) -> None:
    """Kill a process that makes a folder: it is made, or can still be made."""
    child, pipe = _fork(lambda _: begin_chain(config, home))
    time.sleep(chance.uniform(0, _LONGEST))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(pipe)
    with continue_chain(config, home, begin=True) as store:
        assert store.height == 0


def _check(config: Config, home: Path, acknowledged: set[Hash32]) -> None:
    """See that the chain is whole and has all that was acknowledged."""
    with continue_chain(config, home) as store:
        missing = {digest for digest in acknowledged if store.locate(digest) is None}
        assert not missing, f"{len(missing)} transactions were lost"
        engine = LocalEngine(config, lambda: 0, store)
        nonce = engine.next_nonce(Wallet().address)
        assert nonce == engine.chain.head.number  # a block for each, the state says


if __name__ == "__main__":
    main()
