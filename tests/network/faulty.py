"""Run `veche` with a fault in it: `python -m tests.network.faulty FAULT... -- ACT...`.

A fault is put into the program from outside, so that it has none of it in itself.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, NoReturn

from node.disk.store import DiskStore
from node.engine.comet import abci_pb2 as abci
from node.engine.comet import reach, service, standstill
from node.engine.comet.application import ACCEPT, OK, Application
from node.execution import Execution, Proposal
from node.machine import StateMachine

_FOREIGN: Final = "clock="


def die_finalizing() -> None:
    """Die when a block was executed and is to be kept."""
    finalize = StateMachine.finalize

    def dies(self: StateMachine, proposal: Proposal) -> Execution:
        finalize(self, proposal)
        _die()

    _put(StateMachine, "finalize", dies)


def die_before_write() -> None:
    """Die when a block is to be written."""
    _put(DiskStore, "append", lambda *_, **__: _die())


def die_after_write() -> None:
    """Die when a block was written and the engine not told of it."""
    append = DiskStore.append

    def dies(self: DiskStore, *block: Any, **notes: Any) -> None:
        append(self, *block, **notes)
        _die()

    _put(DiskStore, "append", dies)


def lie() -> None:
    """Leave the first transaction of each block undone."""
    execute = StateMachine._execute

    def lies(self: StateMachine, proposal: Proposal) -> Execution:
        return execute(self, replace(proposal, transactions=proposal.transactions[1:]))

    _put(StateMachine, "_execute", lies)


def take_anything() -> None:
    """Take any bytes for a transaction, give them on and propose them."""

    def check(_self: Application, _asked: abci.RequestCheckTx) -> dict[str, Any]:
        return {"check_tx": abci.TxResult(code=OK)}

    def prepare(_self: Application, asked: Any) -> dict[str, Any]:
        return {"prepare_proposal": abci.ResponsePrepareProposal(txs=asked.txs)}

    def process(_self: Application, _asked: Any) -> dict[str, Any]:
        return {"process_proposal": abci.ResponseVerdict(verdict=ACCEPT)}

    _put(Application, "_check_tx", check)
    _put(Application, "_prepare", prepare)
    _put(Application, "_process", process)


def sign_elsewhere() -> None:
    """Act as on another machine, where nobody sees who signs with a key here."""

    @contextmanager
    def hold(_key: str) -> Iterator[None]:
        yield

    _put(service, "hold_key", hold)


def hurry() -> None:
    """Call peers that are gone at once, and from SIGUSR1 to SIGUSR2 have no patience.

    With an engine whose height stands, that is: one that begins needs some. Whether it
    could move is asked before, as often as it is with patience.
    """
    patience, pause = standstill._STUCK, standstill._ASK
    _put(reach, "_CALL", 1.0)

    def change(stuck: float, ask: float) -> None:
        _put(standstill, "_STUCK", stuck)
        _put(standstill, "_ASK", ask)

    signal.signal(signal.SIGUSR1, lambda *_: change(1.0, 0.1))
    signal.signal(signal.SIGUSR2, lambda *_: change(patience, pause))


def shift_clock(seconds: int) -> None:
    """Have another time of day than the machine."""
    now = time.time
    _put(time, "time", lambda: now() + seconds)


FAULTS: Final[dict[str, Callable[[], None]]] = {
    "die-finalizing": die_finalizing,
    "die-before-write": die_before_write,
    "die-after-write": die_after_write,
    "lie": lie,
    "take-anything": take_anything,
    "sign-elsewhere": sign_elsewhere,
    "hurry": hurry,
}


def _put(owner: Any, name: str, fault: Any) -> None:
    setattr(owner, name, fault)


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def main() -> None:
    """Put the faults in, and act."""
    at = sys.argv.index("--")
    for fault in sys.argv[1:at]:
        if fault.startswith(_FOREIGN):
            shift_clock(int(fault.removeprefix(_FOREIGN)))
        else:
            FAULTS[fault]()
    sys.argv[1:] = sys.argv[at + 1 :]
    from scripts.__main__ import main as act

    act()


if __name__ == "__main__":
    main()
